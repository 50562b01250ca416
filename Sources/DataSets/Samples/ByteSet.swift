/// A set of bytes.
package struct ByteSet: Hashable, Sendable {
    private var words = SIMD4<UInt64>.zero

    init() {}

    init(_ bytes: [UInt8]) {
        // Neighbours are mostly equal.
        var last: UInt8?
        for byte in bytes where byte != last {
            insert(byte)
            last = byte
        }
    }

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    mutating func formUnion(_ other: ByteSet) { words |= other.words }

    package func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

    /// Ascending.
    var bytes: [UInt8] { (0...UInt8.max).filter(contains) }
}
