import Base
import Testing

@Suite struct NamePatternTests {
    @Test(arguments: [
        ("encoder.*", "encoder.conv1.weight", true), ("encoder.*", "encoder", false), ("encoder*", "encoder", true),
        ("encoder.*", "my.encoder.x", false), ("*.bias", "a.b.bias", true), ("*.bias", "a.b.bias2", false),
        ("*", "", true), ("", "", true), ("", "a", false), ("a?c", "abc", true), ("a?c", "ac", false),
        ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false), ("**", "x", true),
        ("layer[1].*", "layer[1].w", true),
        ("*.running_*", "bn.running_mean", true), ("é*", "étage.1", true),
    ])
    func matching(pattern: String, name: String, expected: Bool) {
        #expect(NamePattern(pattern).matches(name) == expected)
    }

    /// Stars that nothing fits take no more than the square of the name's length.
    @Test func manyStarsEnd() {
        let pattern = NamePattern(String(repeating: "a*", count: 200) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 4_000)))
    }

    @Test func patternsThatMatchNothingNameTheNearest() throws {
        let names = ["encoder.conv1.weight", "encoder.conv1.bias", "decoder.weight", "out.weight"]
        #expect(NamePattern("encoder.*").fault(among: names) == nil)
        let fault = try #require(NamePattern("encodr.*").fault(among: names))
        #expect(fault.message == "no parameter is called like \"encodr.*\"")
        #expect(fault.hint == "did you mean \"encoder.*\"? their names begin with encoder, decoder, out")
        #expect(NamePattern("*").fault(among: [])?.hint == "there are none")
    }
}
