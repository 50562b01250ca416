import Base

/// A coordinate with at most one decimal.
func number(_ value: Double) -> String { Markup.number(value) }

/// Bytes in the unit that suits them: `512 bytes`, `3.5 KiB`, `12.0 MiB`.
func byteText(_ bytes: Int) -> String {
    switch bytes {
    case ..<1024: bytes == 1 ? "1 byte" : "\(bytes) bytes"
    case ..<1_048_576: Text.fixed(Double(bytes) / 1024, 1) + " KiB"
    default: Text.fixed(Double(bytes) / 1_048_576, 1) + " MiB"
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
