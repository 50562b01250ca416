/// Checks of 32 bits that files carry: what is left of their bits, divided by a polynomial.
public struct CRC32: Sendable {
    /// That of zip archives, PNG and gzip: 0x04C11DB7.
    public static let zip = CRC32(reversedPolynomial: 0xEDB8_8320)
    /// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
    public static let castagnoli = CRC32(reversedPolynomial: 0x82F6_3B78)

    private let table: [UInt32]

    private init(reversedPolynomial: UInt32) {
        table = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? reversedPolynomial ^ value >> 1 : value >> 1 }
        }
    }

    public func check(_ bytes: [UInt8]) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                ~bytes.reduce(~0) { sum, byte in table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
            }
        }
    }
}
