/// A coordinate with at most one decimal.
func number(_ value: Double) -> String { decimal(value, places: 1, trims: true) }

/// A number with a fixed count of decimals, without the locale.
/// - Parameter trims: leaves out zeros at the end.
func decimal(_ value: Double, places: Int, trims: Bool = false) -> String {
    let scale = (0..<places).reduce(1) { scale, _ in 10 * scale }
    let scaled = Int((value * Double(scale)).rounded())
    let sign = scaled < 0 ? "-" : ""
    var fraction = String(abs(scaled) % scale)
    fraction = String(repeating: "0", count: max(0, places - fraction.count)) + fraction
    if trims { while fraction.last == "0" { fraction.removeLast() } }
    let whole = "\(sign)\(abs(scaled) / scale)"
    return places == 0 || fraction.isEmpty ? whole : "\(whole).\(fraction)"
}

/// Bytes in the unit that suits them: `512 bytes`, `3.5 KiB`, `12.0 MiB`.
func byteText(_ bytes: Int) -> String {
    switch bytes {
    case ..<1024: bytes == 1 ? "1 byte" : "\(bytes) bytes"
    case ..<1_048_576: decimal(Double(bytes) / 1024, places: 1) + " KiB"
    default: decimal(Double(bytes) / 1_048_576, places: 1) + " MiB"
    }
}

/// The least of 1, 2, 5 times a power of ten that divides `range` into at most `count` parts; at least `least`.
func roundStep(_ range: Double, count: Int, least: Double) -> Double {
    guard range.isFinite, range > 0 else { return least }
    var power = least
    while true {
        for factor in [1.0, 2, 5] where range / (factor * power) <= Double(count) { return factor * power }
        power *= 10
    }
}

/// An upper bound of the width of a line of text in a sans-serif face, in pixels.
func textWidth(_ text: String, size: Double) -> Double { Double(text.count) * size * 0.58 }
