/// Labels that overlap, numbered from 0. A pixel of a mask is a byte that has a bit for each: what is done to bytes is done to all
/// of them.
package struct LabelRange: Hashable, Sendable {
    /// At most `maximumCount`.
    package var count: Int

    package init(count: Int) { self.count = count }

    /// The bits of a byte.
    package static let maximumCount = 8

    /// The bit of a label.
    package static func bit(_ number: Int) -> UInt8 { 1 << UInt8(number) }

    /// Whether a byte has a label.
    package static func has(_ byte: UInt8, _ number: Int) -> Bool { byte & bit(number) != 0 }

    /// The labels of a byte, in ascending order.
    package static func numbers(of byte: UInt8) -> [Int] { (0..<maximumCount).filter { has(byte, $0) } }

    /// Bytes of numbers `[count, pixels]`, each of which says of a pixel and label whether that is there.
    package func bytes<Values: Collection<Float>>(_ values: Values, where isThere: (Float) -> Bool) -> [UInt8] {
        let area = values.count / max(1, count)
        var bytes = [UInt8](repeating: 0, count: area)
        for (place, value) in values.enumerated() where isThere(value) {
            bytes[place % area] |= Self.bit(place / area)
        }
        return bytes
    }
}
