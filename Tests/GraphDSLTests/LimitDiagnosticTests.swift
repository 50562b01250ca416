import Diagnostics
import GraphDSL
import Testing

/// Files that are no graph's text, or too much of one: each is answered, and says so.
@Suite struct LimitDiagnosticTests {
    private func messages(_ bytes: [UInt8]) -> [String] {
        compileGraph(SourceFile(name: "test.graph", bytes: bytes)).diagnostics.map(\.message)
    }

    private func messages(_ text: String) -> [String] { messages(Array(text.utf8)) }

    @Test func aFileOfManyMegabytes() {
        let text = String(repeating: "// nothing\n", count: 1_000_000)
        #expect(messages(text) == ["the file is larger than the 4 MiB that are read"])
    }

    @Test func whatIsNoText() {
        let text = Array("graph t {\n  input x: [1, ".utf8) + [0xFF, 0x20] + Array("2, 3]\n}".utf8)
        #expect(messages(text) == ["the text is not UTF-8: byte 26 of the file is 0xFF"])
    }

    @Test func onlyABlock() {
        #expect(messages("block b(x) {\n  return relu(x)\n}\n") == ["the file declares no graph"])
    }

    @Test func linesOfOldMachines() {
        let found = messages("graph t {\r  input x: [1, 2, 3]\r  output y = relu(x)\r}\r")
        #expect(found == ["the line ends with a carriage return alone"])
    }

    @Test func aLongName() {
        let name = String(repeating: "n", count: 2_000)
        let found = messages("graph t { input x: [1, 2, 3]; \(name) = relu(x); output y = x }")
        let shown = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn..."
        #expect(found == ["the name \"\(shown)\" is longer than 200 letters"])
    }

    @Test func aDeepExpression() {
        let nest = String(repeating: "(", count: 2_000) + "x" + String(repeating: ")", count: 2_000)
        let found = messages("graph t { input x: [1, 2, 3]; output y = \(nest) }")
        #expect(found == ["expression is nested more than 200 levels deep"])
    }

    /// Blocks within blocks; each level alone is harmless.
    @Test(arguments: [
        ("return b#(x)", "blocks and expressions are nested too deeply"),
        ("a = b#(x); return b#(a)", "the graph has more than 10000 calls of blocks"),
        ("a = relu(x) + relu(x) + relu(x); c = b#(a); d = b#(c); return b#(d)", "the graph has more than 50000 nodes"),
    ])
    func blocksWithoutEnd(body: String, message: String) {
        let levels = message.contains("nested") ? 400 : message.contains("nodes") ? 9 : 20
        let innermost = message.contains("nodes") ? String(repeating: "relu(", count: 40) : ""
        let closing = String(repeating: ")", count: innermost.count / 5)
        var text = "block b0(x) { return \(innermost)x\(closing) }\n"
        for level in 1..<levels { text += "block b\(level)(x) { \(body.replacing("#", with: "\(level - 1)")) }\n" }
        text += "graph t { input x: [1, 2, 3]\n output y = b\(levels - 1)(x)\n}"
        #expect(messages(text).contains(message), "\(messages(text))")
    }
}
