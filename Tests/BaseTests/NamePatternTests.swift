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

    /// Both of a normalisation's running moments, or neither.
    @Test(
        arguments: [
            (["*.running_*"], nil), (["a.*"], nil), (["*.weight"], nil), (["*.running_mean", "?.running_var"], nil),
            (["*.running_mean"], ("*.running_mean", "a.running_mean")),
            (["a.*", "b.running_v*"], ("b.running_v*", "b.running_var")), (["*n"], ("*n", "a.running_mean")),
        ] as [([String], (String, String)?)])
    func halvesOfMoments(patterns: [String], expected: (pattern: String, held: String)?) {
        let names = [
            "a.weight", "a.running_mean", "a.running_var", "b.running_mean", "b.running_var", "c.running_mean_",
        ]
        let fault = NamePattern.faultOfMoments(patterns.map(NamePattern.init), names)
        #expect(fault?.pattern.text == expected?.pattern)
        #expect(fault?.message.hasPrefix("\"\(expected?.held ?? "")\" would stay as it is") ?? (expected == nil))
    }
}
