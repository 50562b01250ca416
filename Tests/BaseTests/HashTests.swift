import Base
import Testing

/// Streams and hashes that files and kernels depend on; the values are those of the algorithms' authors.
@Suite struct HashTests {
    @Test func splitMixHasItsStream() {
        var random = SplitMix64(seed: 1_234_567)
        let numbers = (0..<5).map { _ in random.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test(arguments: [("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8)])
    func hashesAreFNV1a(text: String, expected: UInt64) { #expect(FNV1a.hash(text) == expected) }

    /// RFC 3720, appendix B.4, and the check of nine digits that everybody quotes.
    @Test(arguments: zip(checked, [UInt32(0xE306_9283), 0x8A91_36AA, 0x62A8_AB43, 0x46DD_794E, 0]))
    func checksAreCastagnolis(bytes: [UInt8], expected: UInt32) { #expect(CRC32.castagnoli.check(bytes) == expected) }

    /// Those of zlib's `crc32`.
    @Test(arguments: zip(checked, [UInt32(0xCBF4_3926), 0x190A_55AD, 0xFF6C_AB0B, 0x9126_7E8A, 0]))
    func checksAreThoseOfZipArchives(bytes: [UInt8], expected: UInt32) { #expect(CRC32.zip.check(bytes) == expected) }

    private static let checked: [[UInt8]] = [
        Array("123456789".utf8), Array(repeating: 0, count: 32), Array(repeating: 255, count: 32), Array(0..<32), [],
    ]

    @Test func numbersHaveAllTheirDigits() {
        #expect(UInt8(10).hexadecimal == "0a" && UInt64(255).hexadecimal == "00000000000000ff")
        #expect(UInt16.max.hexadecimal == "ffff" && UInt32(0).hexadecimal == "00000000")
    }
}
