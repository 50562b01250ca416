import Base
import Diagnostics
import GraphIR
import TestSupport
import Testing

@Suite struct GraphTextTests {
    @Test(arguments: [try SampleGraph.smallUNet(), try SampleGraph.everything(), Graph(name: "empty one")])
    func readsBackWhatItPrints(_ graph: Graph) throws {
        let text = graph.text
        let read = try Graph(parsing: text)
        #expect(read.text == text, "\(firstDifference(expected: text, found: read.text))")
        #expect(read == graph)
    }

    @Test func theSampleHoldsEveryOperator() throws {
        let graph = try SampleGraph.everything()
        #expect(verify(graph) == [])
        let mnemonics = Set(graph.nodes.map(\.op.mnemonic))
        // Adding an operator must extend the sample, and with it the round trip.
        let losses = LossDeclaration.all
        let declared = FunctionDeclaration.activations.count + losses.count + losses.filter(\.takesClasses).count
        // Each of those with its gradient.
        #expect(mnemonics.count == 75 + 2 * declared, "\(mnemonics.sorted())")
    }

    @Test(arguments: [
        0.1, 1.0 / 3, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, 1e22, 123456789.125,
    ])
    func numbersReadBackExactly(_ number: Double) throws {
        var graph = Graph(name: "g")
        graph.append(Node(op: .elementwise(.scale(number)), type: .scalar, name: "x"))
        graph.training.optimizer = .adam(
            learningRate: number, beta1: number, beta2: number, epsilon: number, weightDecay: number)
        let read = try Graph(parsing: graph.text)
        #expect(read == graph)
        // Signs of zeros included.
        #expect(read.text == graph.text)
        guard case .elementwise(let function) = read.nodes[0].op else {
            Issue.record("not a function: \(read.text)")
            return
        }
        #expect(function.formula == .operand(0) * .constant(number))
    }

    @Test func aNodeIsOneReadableLine() throws {
        var b = GraphBuilder()
        let x = b.input("image", [3, 8, 8])
        let y = try b.conv(x, 4, kernel: 3, padding: 1, "enc1_1")
        var graph = b.graph
        graph[y].epilogue = [FusedStep(.relu)]
        graph[y].origin.derivation = "fused"
        let expected = """
              %3 enc1_1 = conv(%0, %1, %2) {input: [3, 8, 8], output: [4, 8, 8], kernel: [3, 3], stride: [1, 1], \
            padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1} then relu : [N, 4, 8, 8]  // test.graph:4:3 "fused"
            """
        #expect(graph.text.split(separator: "\n").contains { $0 == expected }, "\(graph.text)")
    }

    @Test func aCompanionNamesItsHost() throws {
        let graph = try SampleGraph.companions()
        let pool = try #require(graph.id(named: "pooled"))
        let line = try #require(graph.text.split(separator: "\n").first { $0.contains("pooled = ") })
        #expect(line.contains(" beside \(try #require(graph[pool].host)) : [N, 16, 4, 4]"), "\(line)")
        #expect(try Graph(parsing: graph.text) == graph)
    }

    @Test func commentsAndBlankLinesAreSkipped() throws {
        let graph = try Graph(parsing: "// a comment\n\ngraph g {  // here\n\n  // and here\n}\n")
        #expect(graph == Graph(name: "g"))
    }

    @Test(arguments: [
        ("", 1, "expected 'graph NAME {', found the end of the text"),
        ("graph g {\n", 1, "expected '}', found the end of the text"),
        ("graph g {\n}\nmore", 3, "expected nothing behind the graph's '}', found 'more'"),
        ("graf g {", 1, "expected 'graph NAME {', found 'graf g {'"),
        ("graph g {\n  %1 x = input : [N]\n}", 2, "expected node %0, found %1"),
        ("graph g {\n  %0 x = blur : [N]\n}", 2, "unknown operator 'blur'"),
        ("graph g {\n  %0 x = one then blur : []\n}", 2, "unknown elementwise function 'blur'"),
        ("graph g {\n  %0 x = relu(%0) : [N]\n}", 2, "%0 is not defined on an earlier line; 0 nodes are so far"),
        ("graph g {\n  %0 x = one beside %0 : []\n}", 2, "%0 is not defined on an earlier line; 0 nodes are so far"),
        ("graph g {\n  loss %-1\n}", 2, "%-1 is not defined on an earlier line; 0 nodes are so far"),
        ("graph g {\n  output y = %9999999999999999999\n}", 2, "expected a node's number, found '9999999999999999999'"),
        ("graph g {\n  %0 x = scale {slope: 1} : []\n}", 2, "expected the attribute 'factor', found none"),
        ("graph g {\n  %0 x = scale {factor: 1, slope: 1} : []\n}", 2, "unexpected attribute 'slope'; remove it"),
        ("graph g {\n  %0 x = scale {factor: [1]} : []\n}", 2, "expected one value for 'factor', found a list"),
        ("graph g {\n  %0 x = scale {factor: big} : []\n}", 2, "expected a number for 'factor', found 'big'"),
        (
            "graph g {\n  %0 x = parameter {kind: gain, fan_in: 1} : [1]\n}", 2,
            "expected one of weight, bias, scale, shift, running_mean, running_var for 'kind', found 'gain'"
        ),
        ("graph g {\n  %0 x = input : [M]\n}", 2, "expected a dimension, found 'M]'"),
        ("graph g {\n  %0 x = input : [N, ]\n}", 2, "expected a dimension, found ']'"),
        ("graph g {\n  %0 x = input : [N] f16\n}", 2, "expected the element type f32, bf16 or class, found 'f16'"),
        ("graph g {\n  %0 x = input : [N]  // a.graph:1\n}", 2, "expected ':', found the end of the line"),
        (
            "graph g {\n  %0 \"x = input : [N]\n}", 2,
            "expected '\"' at the end of the quoted text, found the end of the line"
        ),
        (
            "graph g {\n  %0 \"\\u{d800}\" = input : [N]\n}", 2,
            "expected '\\\"', '\\\\' or '\\u{…}' in quoted text, found '}\" = input : [N]'"
        ),
        ("graph g {\n  train {optimizer: lbfgs}\n}", 2, "expected the optimizer adam, adamw or sgd, found 'lbfgs'"),
        (
            "graph g {\n  what\n}", 2,
            "expected '%NUMBER NAME = …', 'output', 'loss', 'gradient', 'train' or '}', found 'what'"
        ),
    ])
    func errorsNameTheLine(_ text: String, _ line: Int, _ message: String) {
        #expect(throws: GraphTextError(line: line, message)) { try Graph(parsing: text) }
    }

    @Test func damagedTextNeverTraps() throws {
        let scalars = Array(try SampleGraph.everything().text.unicodeScalars)
        let noise = Array("%{}[]:,\"\\/-9 NaZ\n\u{301}".unicodeScalars)
        var random = SplitMix64(seed: 7)
        var read = 0
        for _ in 0..<300 {
            var damaged = scalars
            let place = Int.random(in: 0..<damaged.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: damaged.remove(at: place)
            case 1: damaged[place] = noise[Int.random(in: 0..<noise.count, using: &random)]
            default: damaged.removeSubrange(place...)
            }
            guard let graph = try? Graph(parsing: String(String.UnicodeScalarView(damaged))) else { continue }
            read += 1
            _ = verify(graph)
            #expect((try? Graph(parsing: graph.text)) == graph)
        }
        // Some damage, such as another letter in a name, is another graph.
        #expect(read > 20 && read < 250, "\(read) of 300 were read")
    }

    @Test func sizesBeyondBoundsAreReadAndRefused() throws {
        let big = Int.max
        let text = """
            graph g {
              %0 x = input : [N, \(big), \(big), 2]
              %1 y = max_pool(%0) {input: [\(big), \(big), 2], output: [\(big), 1, 1], kernel: [\(big), 0], \
            stride: [0, 0], padding: [\(big), \(big), \(big), \(big)]} : [N, 1]
              %2 z = concat(%0, %0) : [N, 1]
              %3 s = channel_slice(%2) {start: \(big), count: \(big)} : [N, 1]
            }
            """
        let rules = Set(verify(try Graph(parsing: text)).map(\.rule))
        #expect(rules == [.sensibleShapes, .sensibleConstants])
    }

    @Test func goldens() throws {
        let graph = try SampleGraph.smallUNet()
        #expect(try goldenMismatch("small_unet.text", graph.text) == nil)
    }
}
