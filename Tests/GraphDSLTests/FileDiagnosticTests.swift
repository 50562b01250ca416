import Base
import Diagnostics
import GraphDSL
import TestSupport
import Testing

/// Files that are no graph's text, or a strange one: bytes, encodings, line breaks, sizes.
@Suite struct FileDiagnosticTests {
    private func findings(_ bytes: [UInt8]) -> [String] {
        let file = SourceFile(name: "f", bytes: bytes)
        return compileGraph(file).diagnostics.map { diagnostic in
            let place = diagnostic.range.map { file.location(at: $0.lower) }
            return "\(place?.line ?? 0):\(place?.column ?? 0) \(diagnostic.severity.rawValue): \(diagnostic.message)"
        }
    }

    private func findings(_ text: String) -> [String] { findings(Array(text.utf8)) }

    @Test(
        arguments: [
            ([0xFF], "1:1 error: the text is not UTF-8: byte 1 of the file is 0xFF", "save the file as UTF-8"),
            (
                [0x0A, 0x61, 0xC3, 0xA4, 0xC3, 0x0A], "2:3 error: the text is not UTF-8: byte 5 of the file is 0xC3",
                "save"
            ),
            (
                [0xFF, 0xFE, 0x67, 0x00], "1:1 error: the text is not UTF-8: byte 1 of the file is 0xFF",
                "the file is UTF-16"
            ),
            (
                [0x89, 0x50, 0x00], "1:1 error: the text is not UTF-8: byte 1 of the file is 0x89",
                "is it a graph file?"
            ),
        ] as [([UInt8], String, String)])
    func theFirstByteThatIsNotUTF8IsNamed(bytes: [UInt8], finding: String, hint: String) {
        #expect(findings(bytes) == [finding])
        let file = SourceFile(name: "f", bytes: bytes)
        #expect(compileGraph(file).diagnostics.first?.hint?.hasPrefix(hint) == true)
        #expect(parse(file).diagnostics == compileGraph(file).diagnostics)
    }

    /// Against the standard library's decoder, over all pairs and many longer sequences.
    @Test func illFormedTextIsWhatSwiftSaysItIs() {
        var random = SplitMix64(seed: 3)
        let edges: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4,
            0xF5, 0xFF,
        ]
        for round in 0..<20_000 {
            let bytes = (0..<(round % 6)).map { _ in edges.randomElement(using: &random) ?? 0 }
            let isWellFormed = String(validating: bytes, as: UTF8.self) != nil
            let first = SourceFile(name: "f", bytes: bytes).firstIllFormed
            #expect((first == nil) == isWellFormed, "\(bytes)")
            // What stands before it is well formed, with it nothing is.
            guard let first else { continue }
            #expect(String(validating: bytes[..<first.lower], as: UTF8.self) != nil, "\(bytes)")
        }
    }

    @Test func loneCarriageReturnsEndLines() {
        #expect(
            findings("graph t {\r  // c\r  input x: [1, 2, 3]\r\toutput y = z\r}\r") == [
                "1:10 error: the line ends with a carriage return alone", "4:13 error: unknown name \"z\"",
            ])
        #expect(
            findings("graph t {\r\n  input x: [1, 2, 3]\r\n\toutput y = z // c\r\n}\r\n") == [
                "3:13 error: unknown name \"z\""
            ])
    }

    @Test func charactersThatCannotBeSeenAreSpeltOut() {
        #expect(
            findings("graph t { input x: [1, 2, 3]; output y = x\u{0} }").first
                == "1:43 error: unexpected character \"<U+0000>\"")
        #expect(
            findings("graph t { input x: [1, 2, 3]; output y = x\u{202E} }").first
                == "1:43 error: unexpected character \"<U+202E>\"")
    }

    @Test(arguments: ["", "\n\n// nothing\n", "block b(x) { return x }\n"])
    func aFileNeedsAGraph(text: String) {
        #expect(findings(text) == ["1:1 error: the file declares no graph"])
    }

    @Test func longNamesAreRefusedAndCut() {
        let name = String(repeating: "x", count: 201)
        #expect(
            findings("graph t { input x: [1, 2, 3]; output y = \(name) }") == [
                "1:42 error: the name \"\(name.prefix(40))...\" is longer than 200 letters"
            ])
        let number = String(repeating: "9", count: 1_000)
        #expect(
            findings("graph t { input x: [1, 2, \(number)]; output y = x }") == [
                "1:27 error: number \"\(number.prefix(40))...\" is too large"
            ])
    }

    @Test func commentsOfOtherLanguages() {
        #expect(
            findings("/* a\n */ graph t { input x: [1, 2, 3]; output y = x }") == ["1:1 error: unexpected \"/*\""])
        #expect(findings("/* a\ngraph t { }") == ["1:1 error: unexpected \"/*\""])
    }

    @Test func nestingHasALimit() {
        let text = "graph t { input x: [1, 2, 3]; output y = " + String(repeating: "relu(", count: 300)
        #expect(findings(text).contains { $0.hasSuffix("expression is nested more than 200 levels deep") })
        // At the very end of a file there is no character to underline.
        let signs = "graph t { input x: [1, 2, 3]; output y = " + String(repeating: "-", count: 200)
        let ranges = compileGraph(text: signs, fileName: "f").diagnostics.compactMap(\.range)
        #expect(!ranges.isEmpty && ranges.allSatisfy { $0.upper <= signs.utf8.count })
    }

    @Test func graphsHaveLimits() {
        let many = (0..<20_001).map { "a\($0) = relu(x)\n" }.joined()
        #expect(
            findings("graph t { input x: [1, 2, 3]\n\(many) output y = x }") == [
                "20001:10 error: the graph has more than 20000 nodes"
            ])
        var text = "block b0(x) { return x }\n"
        for level in 1..<20 { text += "block b\(level)(x) { a = b\(level - 1)(x); return b\(level - 1)(a) }\n" }
        #expect(
            findings(text + "graph t { input x: [1, 2, 3]\n output y = b19(x)\n}").contains {
                $0.hasSuffix("error: the graph has more than 10000 calls of blocks")
            })
    }

    /// Whatever a large file holds, the answer takes moments.
    @Test(arguments: [
        "#\n", "a\n", "(", "x + ", "x", "\n", "// \n", "}", "[\n", "a = b.c.d ", "{ ( [ } ", "graph t { a = rel(b)\n",
        "block b(x) { return y }\n", "input : [1,\n", "\"", "'\n", "\u{0}", "é",
    ])
    func largeFilesAreAnswered(piece: String) {
        let count = (1 << 17) / piece.utf8.count
        for start in ["", "graph t { input x: [1, 2, 3]\n output y = "] {
            let answer = findings(start + String(repeating: piece, count: count))
            #expect(!answer.isEmpty && answer.count <= 2 * DiagnosticCollector.limit + 2)
            #expect(answer.allSatisfy { $0.utf8.count < 500 })
        }
    }

    @Test func filesHaveALimit() {
        let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: graphFileSizeLimit + 1)
        #expect(findings(bytes) == ["1:1 error: the file is larger than the 4 MiB that are read"])
    }
}
