import Diagnostics
import GraphDSL
import GraphIR
import Testing

/// Broken texts must be answered with diagnostics, never with a trap, and a graph that comes out must be well formed.
@Suite struct MutationTests {
    private static let fragments = [
        "(", ")", "[", "]", "{", "}", ",", ":", ";", "=", "+", "-", "*", "/", "\n", "//", "0", "-1", "1e308", "0.5",
        "9223372036854775807", "4611686018427387904", "65536", "same", "conv", "relu(", "concat(image, mask)", "width",
        "block b(x) { return b(x) }", "return image", "loss", "input", "target mask", "output", "train {", "graph", "é",
        "\u{0}", "\t", "true", "stride: 2", "padding: same", "groups: 3", "kernel: [1, 7]", "*/", "/*", "[1, [2, 3]]",
    ]

    private static func mutate(_ original: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard !bytes.isEmpty else { break }
            let position = Int.random(in: 0..<bytes.count, using: &random)
            let length = min(Int.random(in: 1...40, using: &random), bytes.count - position)
            let fragment = Array((fragments.randomElement(using: &random) ?? "").utf8)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: bytes.remove(at: position)
            case 1: bytes.removeSubrange(position..<position + length)
            case 2: bytes.insert(contentsOf: fragment, at: position)
            case 3: bytes.replaceSubrange(position..<position + min(length, 4), with: fragment)
            case 4: bytes.insert(contentsOf: bytes[position..<position + length], at: bytes.count - length)
            case 5, 6: replaceDigit(in: &bytes, from: position, &random)
            default: bytes[position] = UInt8.random(in: 0...255, using: &random)
            }
        }
        return bytes
    }

    /// Another size or kernel: texts that parse and fit no more, or still do.
    private static func replaceDigit(in bytes: inout [UInt8], from start: Int, _ random: inout SeededGenerator) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let position = bytes[start...].firstIndex(where: digits.contains) else { return }
        bytes[position] = UInt8.random(in: digits, using: &random)
    }

    /// The text without comments, where mutations would change nothing.
    private static func code(_ path: String) throws -> [UInt8] {
        let lines = try repositoryText(path).split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
        return Array(lines.joined(separator: "\n").utf8)
    }

    @Test(arguments: ["graphs/unet.graph", "graphs/unet-small.graph"])
    func brokenTextsAreAnswered(path: String) throws {
        let original = try Self.code(path)
        var random = SeededGenerator(1)
        var accepted = 0
        let rounds = 1_000
        for round in 0..<rounds {
            let text = String(decoding: Self.mutate(original, &random), as: UTF8.self)
            let (graph, diagnostics) = compileGraph(text: text, fileName: "mutant.graph")
            let errors = diagnostics.filter { $0.severity == .error }
            #expect((graph == nil) == !errors.isEmpty, "\(path), round \(round)")
            #expect(errors.count <= DiagnosticCollector.limit + 1, "\(path), round \(round)")
            #expect(rendered(diagnostics, text).isEmpty == diagnostics.isEmpty)
            if let graph {
                accepted += 1
                #expect(verify(graph).map(\.description) == [], "\(path), round \(round)")
            }
        }
        // Mutations that change nothing essential must survive, or the test tests nothing but the lexer.
        #expect(accepted > 0 && accepted < rounds)
    }

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
