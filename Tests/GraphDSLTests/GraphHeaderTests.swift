import Testing

@testable import GraphDSL

/// Texts with another first line.
@Suite struct GraphHeaderTests {
    private static let text = """
        // What it is for.
        graph net(width = 64, rate = 0.5, half = 1.0 / 2, deep = true, size = 2 * 8) {  // and why
          input x: [3, size, size]
          output y = leaky_relu(conv(x, width, kernel: 1, bias: deep), slope: rate * half)
        }

        """

    @Test(arguments: [
        ([("width", "8")], "width = 64", "width = 8"), ([("rate", "2")], "rate = 0.5", "rate = 2.0"),
        ([("half", "1e-3")], "half = 1.0 / 2", "half = 0.001"), ([("deep", "false")], "deep = true", "deep = false"),
        ([("size", "4"), ("size", "32")], "size = 2 * 8", "size = 32"), ([("nothing", "1")], "", ""),
        ([("rate", "-1")], "rate = 0.5", "rate = -1.0"),
    ])
    func defaultsAreThoseGiven(_ defaults: [(String, String)], _ old: String, _ new: String) {
        let changed = GraphHeader.changed(Self.text, defaults: defaults.map { (name: $0.0, value: $0.1) })
        #expect(changed == (old.isEmpty ? Self.text : Self.text.replacing(old, with: new)))
        let overrides = defaults.filter { $0.0 != "nothing" }.map { (name: $0.0, value: $0.1) }
        let expected = compileGraph(text: Self.text, fileName: "a", overrides: overrides).graph
        #expect(compileGraph(text: changed, fileName: "a").graph?.structureHash == expected?.structureHash)
        #expect(expected != nil)
    }

    @Test func namesChange() {
        let changed = GraphHeader.changed(Self.text, name: "other", defaults: [(name: "width", value: "7")])
        #expect(changed == Self.text.replacing("graph net(width = 64", with: "graph other(width = 7"))
    }

    @Test(arguments: ["", "no graph", "graph", "block a(x) { return x }"])
    func whatCannotBeReadStays(_ text: String) {
        #expect(GraphHeader.changed(text, name: "other", defaults: [(name: "a", value: "1")]) == text)
    }
}
