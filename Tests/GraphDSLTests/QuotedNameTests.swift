import Diagnostics
import GraphIR
import TestSupport
import Testing

@testable import GraphDSL

/// Names in quotes are names like others, and say how parameters are called.
@Suite struct QuotedNameTests {
    private static let text = """
        block double_conv(x, channels) {
          "0" = conv(x, channels, kernel: 3, padding: same, bias: false)
          "1" = batch_norm("0")
          return relu("1")
        }
        graph g {
          input "pictures/rgb": [3, 8, 8]
          target "mask-1": [1, 8, 8]
          "inc.double_conv" = double_conv("pictures/rgb", 4)
          outc = double_conv("inc.double_conv", 4)
          "plain" = relu(outc) + "inc.double_conv"
          output "logits:0" = conv(plain, 1, kernel: 1)
          loss mse("logits:0", "mask-1")
        }
        """

    @Test func parametersHaveTheirKeys() throws {
        let graph = try compiled(Self.text)
        let blocks = ["inc.double_conv", "outc"].flatMap { name in
            ["0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var"].map { "\(name).\($0)" }
        }
        #expect(graph.parameters.map { graph[$0].name } == blocks + ["logits:0.weight", "logits:0.bias"])
        #expect(graph.outputs.map(\.name) == ["logits:0"])
        #expect(graph.ids { $0 == .input || $0 == .target }.map { graph[$0].name } == ["pictures/rgb", "mask-1"])
        #expect(try Graph(parsing: graph.text) == graph)
    }

    @Test func treesAndLayoutsReadBack() throws {
        let tree = parsed(Self.text)
        #expect(parsed(tree) == tree)
        #expect(tree.contains("  plain = (relu(outc) + \"inc.double_conv\")"))
        guard case .formatted(let text) = formatGraph(SourceFile(name: "t.graph", text: Self.text)) else {
            Issue.record("not formatted")
            return
        }
        #expect(parsed(text) == tree)
        guard case .formatted(let again) = formatGraph(SourceFile(name: "t.graph", text: text)) else {
            Issue.record("not formatted again")
            return
        }
        #expect(again == text)
    }

    private func parsed(_ text: String) -> String {
        var parser = Parser(SourceFile(name: "t.graph", text: text))
        let tree = parser.parseFile()
        #expect(parser.diagnostics.isEmpty)
        return tree.description
    }

    /// Words of the language are names in quotes.
    @Test(arguments: [
        "input", "loss_1", "conv", "train", "graph", "return", "same", "0", "a.b.0", "a/b", "/a:0", "x-1",
    ])
    func anyWordCanBeAName(_ name: String) throws {
        let graph = try compiled(
            "graph t { input x: [1, 2, 2]; \"\(name)\" = conv(x, 2, kernel: 1); output y = relu(\"\(name)\") }")
        #expect(graph.parameters.map { graph[$0].name } == ["\(name).weight", "\(name).bias"])
    }

    @Test func whatIsNoName() {
        expectFindings(
            """
            graph t {
                input x: [1, 4, 5]
                "a b" = relu(x)
            //  ^error: unexpected character "<U+0020>" in a name
                "" = relu(x)
            //  ^error: expected a name between the quotes, found nothing
                ".a" = relu(x)
            //  ^error: unexpected "." in the name ".a"
                "a..b" = relu(x)
            //  ^error: unexpected "." in the name "a..b"
                "é" = relu(x)
            //  ^error: unexpected character "é" in a name
                c = relu("x)
            //           ^error: a name in quotes does not end on this line
                "a*b" = relu(x)
            //  ^error: unexpected character "*" in a name
                "true" = relu(x)
            //  ^error: "true" is a value, not a name
                block "b"(y) { return y }
            //        ^error: expected the block's name, found ""b""
                e = "relu"(x)
            //      ^error: "relu" is an operator, found no arguments
            //            ^error: expected a new line or ";" behind the statement, found "("
                "x"
            //  ^error: unknown statement "x"
                "x": [1, 2, 3]
            //     ^error: expected "=" behind "x", found ":"
                output y = "nothing.here"
            //             ^error: unknown name "nothing.here"
            }
            """)
    }

    @Test func namesThatComeToTheSame() {
        expectFindings(
            """
            block inner(x) { b = conv(x, 2, kernel: 1); return b }
            //               ^note: the first one
            block other(x) { c = relu(x); return c }
            //               ^error: "d.c" would be the name of two statements
            graph t {
                input x: [1, 4, 5]
                a = inner(x)
            //  ^note: the first definition, as a value
                "a.b" = conv(x, 2, kernel: 1)
            //  ^error: "a.b" would be the name of two statements
                "d.c" = relu(x)
            //  ^note: the first one
                d = other(x)
            //      ^note: in this call of block "other"
                a = relu(x)
            //  ^error: "a" is defined twice
                "a" = relu(x)
            //  ^error: "a" is defined twice
                e = conv(x, 2, kernel: 1)
            //      ^note: the first one
                input "e.weight": [1, 4, 5]
            //        ^error: "e.weight" would be the name of two things
                input "f.bias": [1, 4, 5]
            //        ^note: the first one
                f = conv(x, 2, kernel: 1)
            //      ^error: "f.bias" would be the name of two things
                output y = x
            }
            """)
    }

    /// What a name came to be by itself makes room.
    @Test func innerNamesMakeRoom() throws {
        let graph = try compiled(
            "graph t { input x: [1, 2, 2]; a = relu(x) + x; input \"a.relu\": [1, 2, 2]; output y = a + \"a.relu\" }")
        #expect(graph.ids { $0 == .input }.map { graph[$0].name } == ["x", "a.relu"])
    }

    @Test func theSameBlockTwiceInAStatementIsNoCollision() throws {
        _ = try compiled(
            """
            block twice(x) { b = relu(x); return b + b }
            graph t { input x: [1, 2, 2]; output y = twice(x) + twice(x) }
            """)
    }
}
