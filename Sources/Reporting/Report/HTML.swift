import Base
import FileAccess

/// Pieces of HTML.
enum HTML {
    /// A text as it may stand in elements and attributes.
    static func text(_ text: String) -> String { Markup.attribute(text.shown) }

    /// A PNG inside the page.
    static func picture(png: [UInt8], title: String) -> String {
        "<img alt=\"\(text(title))\" src=\"data:image/png;base64,\(base64(png))\">"
    }

    /// Names beside values.
    static func pairs(_ rows: [(String, String)]) -> String {
        let lines = rows.map { "<tr><th>\(text($0.0))</th><td>\(text($0.1))</td></tr>" }
        return "<table class=\"pairs\">\n" + lines.joined(separator: "\n") + "\n</table>"
    }

    /// A table of numbers under a heading.
    static func table(_ heading: [String], _ rows: [[String]]) -> String {
        let head = heading.map { "<th>\(text($0))</th>" }.joined()
        let lines = rows.map { "<tr>" + $0.map { "<td>\(text($0))</td>" }.joined() + "</tr>" }
        return "<table class=\"numbers\">\n<tr>\(head)</tr>\n" + lines.joined(separator: "\n") + "\n</table>"
    }

    /// RFC 4648, section 4.
    static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for place in 0..<4 {
                result.append(place <= part.count ? letters[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
