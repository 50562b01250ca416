import Base
import Diagnostics
import GraphDSL
import Testing

@Suite struct DiagnosticRenderingTests {
    private func render(_ text: String) -> String {
        rendered(compileGraph(text: text, fileName: "test.graph").diagnostics, text)
    }

    @Test func placeLineUnderlineAndHint() {
        #expect(
            render("graph t {\n  input x: [1, 2, 3]\n  output y = relu(cnv(x, 3))\n}") == """
                test.graph:3:19: error: unknown operator "cnv"
                  output y = relu(cnv(x, 3))
                                  ^~~
                  hint: did you mean "conv"?

                """)
    }

    @Test func notesStandBehindTheirError() {
        let text = """
            graph t {
              input image: [1, 9, 9]
              p = max_pool(image, kernel: 2)
              up = conv_transpose(p, 4, kernel: 2, stride: 2)
              output y = concat(up, image)
            }
            """
        #expect(
            render(text) == """
                test.graph:5:14: error: "concat" needs feature maps of one height and width: "up" is [N, 4, 8, 8], "image" is [N, 1, 9, 9]
                  output y = concat(up, image)
                             ^~~~~~~~~~~~~~~~~
                test.graph:4:3: note: "up" is [N, 4, 8, 8]
                  up = conv_transpose(p, 4, kernel: 2, stride: 2)
                  ^~
                test.graph:2:9: note: "image" is [N, 1, 9, 9]
                  input image: [1, 9, 9]
                        ^~~~~
                  hint: give the conv_transpose of "up" output_padding: 1

                """)
    }

    @Test func tabsAndWideCharactersKeepTheUnderlineInPlace() {
        let text = "graph t {\n\tinput x: [1, 2, 3]\n\toutput\ty = é漢 + foo\n}"
        #expect(
            render(text) == "test.graph:3:13: error: unexpected characters \"é漢\"\n\toutput\ty = é漢 + foo\n"
                + "\t      \t    ^~~\n  hint: names are made of the letters a-z and A-Z, digits and \"_\"\n")
        let file = SourceFile(name: "f", text: "e\u{301}漢\tx = \u{1B}[31m!")
        let marked = DiagnosticRenderer(file: file).render(Diagnostic("here", at: SourceRange(7, 8)))
        #expect(marked == "f:1:5: error: here\ne\u{301}漢\tx = ?[31m!\n   \t^\n")
    }

    @Test func columnsCountScalarsAndRangesAreClamped() {
        let file = SourceFile(name: "f", text: "añb\r\nc")
        #expect(file.location(at: 3) == Diagnostics.SourceLocation(file: "f", line: 1, column: 3))
        #expect(file.location(at: 6) == Diagnostics.SourceLocation(file: "f", line: 2, column: 1))
        #expect(file.location(at: 99) == Diagnostics.SourceLocation(file: "f", line: 2, column: 2))
        #expect(file.text(in: file.lineRange(at: 0)) == "añb")
        #expect(file.text(in: SourceRange(6, 99)) == "c")
    }

    @Test func tooManyErrorsEndTheList() {
        let lines = (0..<50).map { "  a\($0) = nothing\($0)" }.joined(separator: "\n")
        let diagnostics = compileGraph(
            text: "graph t { input x: [1, 2, 3]; output y = x\n\(lines)\n}", fileName: "test.graph"
        ).diagnostics
        #expect(diagnostics.count == 21)
        #expect(diagnostics.last?.message == "... and 30 more errors")
        #expect(diagnostics.dropLast().allSatisfy { $0.message.hasPrefix("unknown name") })
    }

    @Test func findingsAreSortedAndShownOnce() {
        var collector = DiagnosticCollector()
        for (message, start) in [("b", 5), ("a", 2), ("b", 5), ("c", 5)] {
            collector.report(Diagnostic(message, at: SourceRange(start, 9)))
        }
        collector.report(Diagnostic("d", at: nil, severity: .warning))
        #expect(collector.finished().map(\.message) == ["d", "a", "b", "c"])
    }

    @Test(arguments: [
        ("cnv", "conv"), ("Conv", "conv"), ("relu6", "relu"), ("sigmiod", "sigmoid"), ("max_pol", "max_pool"),
        ("zebra", nil), ("", nil), ("x", nil), ("conv2d_transpose", "conv_transpose"),
    ])
    func nearMisses(word: String, expected: String?) {
        #expect(nearMiss(word, among: ["conv", "conv_transpose", "relu", "sigmoid", "max_pool", "y"]) == expected)
    }
}
