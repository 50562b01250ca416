import Diagnostics
import GraphDSL
import GraphIR
import Testing

/// Texts that nest deeply or grow without end are answered with diagnostics, never with a trap.
@Suite struct EndlessTextTests {
    @Test(arguments: [
        "relu(", "(", "[", "-", "x + ", "concat(x, ", "kernel: [", "block b(x) { return ", "{",
        "train { optimizer: adam(",
    ])
    func deepNestingIsAnswered(opening: String) {
        let nest = String(repeating: opening, count: 5_000)
        let text = "graph t { input x: [1, 2, 3]\n output y = \(nest)\n}"
        let (graph, diagnostics) = compileGraph(text: text, fileName: "deep.graph")
        #expect(graph == nil)
        #expect(!diagnostics.isEmpty)
    }

    /// Blocks that double or deepen: the graph would be endless, the answer is not.
    @Test(arguments: [
        ("a = b#(x); return b#(a)", "return x"), ("a = b#(x); return b#(a)", "return relu(x)"),
        ("return b#(x)", "return x"),
        ("return relu(b#(x) + b#(x))", "return relu(x)"),
    ])
    func explodingBlocksAreAnswered(body: String, innermost: String) {
        var text = "block b0(x) { \(innermost) }\n"
        for level in 1..<400 { text += "block b\(level)(x) { \(body.replacing("#", with: "\(level - 1)")) }\n" }
        text += "graph t { input x: [1, 2, 3]\n output y = b399(x)\n}"
        let (graph, diagnostics) = compileGraph(text: text, fileName: "deep.graph")
        #expect(graph == nil)
        #expect(diagnostics.contains { $0.severity == .error })
    }
}
