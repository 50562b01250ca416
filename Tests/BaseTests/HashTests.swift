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

    @Test func numbersHaveAllTheirDigits() {
        #expect(UInt8(10).hexadecimal == "0a" && UInt64(255).hexadecimal == "00000000000000ff")
        #expect(UInt16.max.hexadecimal == "ffff" && UInt32(0).hexadecimal == "00000000")
    }
}
