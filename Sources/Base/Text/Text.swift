/// Numbers for people: fixed digits without Foundation.
public enum Text {
    /// `value` with `digits` decimals, such as `0.8392`; `nan` and `inf` stay words.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale: Int64 = 1
        for _ in 0..<digits { scale *= 10 }
        let (scaled, overflow) = Int64(abs(value)).multipliedReportingOverflow(by: scale)
        guard !overflow else { return "\(value)" }
        let fraction = abs(value) - abs(value).rounded(.towardZero)
        let total = scaled + Int64((fraction * Double(scale)).rounded())
        let sign = value < 0 && total > 0 ? "-" : ""
        guard digits > 0 else { return sign + "\(total)" }
        let decimals = String(total % scale)
        return sign + "\(total / scale)." + String(repeating: "0", count: digits - decimals.count) + decimals
    }

    /// A number as it is written in settings, which reads back exactly: `25`, `0.001`.
    public static func plain(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A loss, with four decimals, or more where it is so small that they would say nothing.
    public static func loss(_ value: Double) -> String {
        let size = abs(value)
        return fixed(value, size >= 0.01 || size < 1e-10 ? 4 : size >= 1e-4 ? 6 : 10)
    }

    /// Four digits that count, whatever the size: `0.8392`, `0.0001234`; very small ones keep all digits.
    public static func significant(_ value: Double) -> String {
        let size = abs(value)
        guard size >= 1e-7, size < 1e6 else { return "\(value)" }
        var digits = 3
        var border = 1.0
        while size < border && digits < 12 {
            digits += 1
            border /= 10
        }
        return fixed(value, digits)
    }

    /// `2:05`, `1:02:05`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        let all = Int(seconds.rounded())
        let tail = pad(all / 60 % 60, all >= 3600 ? 2 : 1) + ":" + pad(all % 60, 2)
        return all >= 3600 ? "\(all / 3600):" + tail : tail
    }

    /// `93.6 MiB`.
    public static func bytes(_ count: Int) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        guard count >= 1024 else { return "\(count) bytes" }
        var value = Double(count) / 1024
        var unit = 0
        while value >= 1024 && unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return fixed(value, 1) + " " + units[unit]
    }

    /// `23,428,097`.
    public static func grouped(_ number: Int) -> String {
        var digits = String(number.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// `1 picture`, `3 pictures`.
    public static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) " + (number == 1 ? noun : plural ?? noun + "s")
    }

    /// `a, b and 17 more`: the first few of a list, and how many there are besides.
    public static func list(_ items: [String], most: Int = 3) -> String {
        // One more takes no more room than saying so.
        let shown = items.count == most + 1 ? items[...] : items.prefix(most)
        return shown.joined(separator: ", ")
            + (items.count > shown.count ? " and \(items.count - shown.count) more" : "")
    }

    /// `[3, 128, 128]`.
    public static func shape(_ shape: [Int]) -> String { "[" + shape.map(String.init).joined(separator: ", ") + "]" }

    private static func pad(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
