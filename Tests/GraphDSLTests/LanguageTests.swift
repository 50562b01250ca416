import Diagnostics
import GraphDSL
import GraphIR
import TestSupport
import Testing

@Suite struct LanguageTests {
    @Test func innerNodesAreNamedAfterTheirStatement() throws {
        let text = """
            graph t {
              input x: [3, 8, 8]; target t: [4, 8, 8]
              a = relu(conv(concat(x, relu(relu(x))), 4, kernel: 1))
              output y = sigmoid(a)
              loss 0.5 * bce_with_logits(a, t) + 0.25 * dice_loss(a, t)
            }
            """
        #expect(
            nodeList(try compiled(text)) == [
                "x = input(): [N, 3, 8, 8]",
                "t = target(): [N, 4, 8, 8]",
                "a.relu = relu(x): [N, 3, 8, 8]",
                "a.relu.2 = relu(a.relu): [N, 3, 8, 8]",
                "a.concat = concat(x, a.relu.2): [N, 6, 8, 8]",
                "a.conv = conv(a.concat): [N, 4, 8, 8]",
                "a = relu(a.conv): [N, 4, 8, 8]",
                "y = sigmoid(a): [N, 4, 8, 8]",
                "loss.bce_with_logits = bce_with_logits(a, t): [N]",
                "loss.bce_with_logits.mean = batch_mean(loss.bce_with_logits): []",
                "loss.scale = scale(loss.bce_with_logits.mean): []",
                "loss.dice_loss = dice_loss(a, t): [N]",
                "loss.dice_loss.mean = batch_mean(loss.dice_loss): []",
                "loss.scale.2 = scale(loss.dice_loss.mean): []",
                "loss = add(loss.scale, loss.scale.2): []",
            ])
    }

    @Test func everyNodeKnowsItsPlace() throws {
        let graph = try compiled("graph t {\n  input x: [3, 8, 8]\n  output y = relu(conv(x, 4, kernel: 1))\n}")
        let places = graph.nodes.map {
            "\($0.name) \($0.origin.location?.line ?? 0):\($0.origin.location?.column ?? 0)"
        }
        #expect(places == ["x 2:9", "y.weight 3:19", "y.bias 3:19", "y.conv 3:19", "y 3:14"])
    }

    @Test func aNamedLossIsRenamed() throws {
        let graph = try compiled(
            "graph t { input x: [1, 2, 2]; target t: [1, 2, 2]; output y = x; a = dice_loss(x, t); loss a }")
        #expect(graph.loss.map { graph[$0].name } == "loss")
    }

    /// Blocks at the top level before and after the graph and inside it, all meaning the same.
    @Test(arguments: [
        "BLOCK\ngraph t(c = 4) {\n input x: [3, 8, 8]\n STATEMENT }",
        "graph t(c = 4) {\n input x: [3, 8, 8]\n STATEMENT }\nBLOCK",
        "graph t(c = 4) {\n input x: [3, 8, 8]\n BLOCK\n STATEMENT }",
    ])
    func blocksPrefixWhatIsInThem(layout: String) throws {
        let block =
            "block two(a, n) { first = relu(conv(a, n, kernel: 1)); second = conv(first, 2 * n, kernel: 1); "
            + "return relu(second) }"
        let text = layout.split(separator: " ", omittingEmptySubsequences: false).joined(separator: " ")
            .replacing("BLOCK", with: block).replacing(
                "STATEMENT", with: "enc = two(x, c); output y = two(n: 1, a: enc)")
        let graph = try compiled(text)
        #expect(
            nodeList(graph) == [
                "x = input(): [N, 3, 8, 8]",
                "enc.first.conv = conv(x): [N, 4, 8, 8]",
                "enc.first = relu(enc.first.conv): [N, 4, 8, 8]",
                "enc.second = conv(enc.first): [N, 8, 8, 8]",
                "enc = relu(enc.second): [N, 8, 8, 8]",
                "y.first.conv = conv(enc): [N, 1, 8, 8]",
                "y.first = relu(y.first.conv): [N, 1, 8, 8]",
                "y.second = conv(y.first): [N, 2, 8, 8]",
                "y = relu(y.second): [N, 2, 8, 8]",
            ])
        #expect(
            graph.parameters.map { graph[$0].name }
                == ["enc.first", "enc.second", "y.first", "y.second"].flatMap {
                    ["\($0).weight", "\($0).bias"]
                })
    }

    @Test func blocksInBlocksAndAroundCalls() throws {
        let text = """
            graph t {
              input x: [3, 8, 8]
              block one(a) { weight = relu(a); return conv(weight, 2, kernel: 1) }
              block outer(a) { inner = one(a); return inner }
              p = relu(one(x))
              output y = outer(p)
            }
            """
        let graph = try compiled(text)
        // The relu called "weight" gives way to the parameter of that name.
        #expect(
            graph.nodes.map(\.name) == [
                "x", "p.weight.2", "p.weight", "p.bias", "p.one", "p", "y.inner.weight.2", "y.inner.weight",
                "y.inner.bias", "y.inner",
            ])
    }

    /// A block outside the graph does not see the graph's parameters, and may use their names.
    @Test func blocksMayUseTheNamesOfGraphParameters() throws {
        let text = """
            block b(x) { width = conv(x, 4, kernel: 1); return relu(width) }
            graph t(width = 2) { input x: [3, 8, 8]; e = b(x); output y = conv(e, width, kernel: 1) }
            """
        let graph = try compiled(text)
        let names = graph.parameters.map { graph[$0].name }
        #expect(names == ["e.width.weight", "e.width.bias", "y.weight", "y.bias"])
    }

    @Test(arguments: [
        ("2 * width + 1", 17), ("(width - 2) / 3 * 2", 4), ("-(-width)", 8), ("width / 2 / 2", 2), ("1 + 2 * 3", 7),
        ("half", 4), ("width\n    * 2", 16), ("width *\n    2", 16),
    ])
    func arithmetic(expression: String, expected: Int) throws {
        let text =
            "graph t(width = 8, half = width / 2) { input x: [1, 2, 2]\n"
            + " output y = conv(x, (\(expression)), kernel: 1)\n }"
        let (graph, diagnostics) = compileGraph(text: text, fileName: "test.graph")
        #expect(diagnostics.filter { $0.severity == .error } == [])
        #expect(graph?.nodes.last?.type.shape.first == expected)
    }

    @Test func constantsHaveNames() throws {
        let graph = try compiled(
            "graph t(w = 8) { input x: [1, 2, 2]; wide = 2 * w; r = 0.5 * 3; output y = r * conv(x, wide, kernel: 1) }")
        #expect(graph.nodes.last?.type == .batched([16, 2, 2]))
        #expect(graph.nodes.last?.op == .elementwise(.scale(1.5)))
    }

    @Test(arguments: [
        "graph t { BODY }", "graph t() { BODY }", "graph t\n(\n)\n{ BODY }", "\u{FEFF}graph t {\r\n BODY\r\n}\r\n",
    ])
    func headersAndLineBreaks(layout: String) throws {
        let graph = try compiled(
            layout.replacing("BODY", with: "input x: [1, 2, 3]\n  output y = relu(\n x,\n ) // done\n"))
        #expect(graph.nodes.map(\.name) == ["x", "y"])
    }

    /// Words of the language are names where a name stands.
    @Test func keywordsCanBeNames() throws {
        let graph = try compiled(
            """
            graph graph {
              input input: [1, 2, 3]
              target target: [1, 2, 3]
              output = relu(input)
              train = relu(output)
              relu = relu(train)
              output block = relu
              loss dice_loss(relu, target)
            }
            """)
        #expect(graph.nodes.map(\.name).prefix(5) == ["input", "target", "output", "train", "relu"])
    }

    @Test func classMapsAreTargets() throws {
        let text = "graph t { input x: [1, 4, 6]; target c: classes[4, 6]; output y = x }"
        let (graph, diagnostics) = compileGraph(text: text, fileName: "test.graph")
        #expect(graph?.nodes.last?.type == TensorType.classes([4, 6]))
        #expect(diagnostics.map(\.message) == ["target \"c\" is never used"])
    }

    @Test(arguments: [
        ("", OptimizerOptions.adam(), 16, 20, UInt64(0), InitialValues.he),
        ("train { }", .adam(), 16, 20, 0, .he),
        ("train { optimizer: adam batch: 4, epochs: 3 }", .adam(), 4, 3, 0, .he),
        (
            "train {\n optimizer: adam(lr: 1e-4, beta1: 0.5, beta2: 0.9, eps: 1e-6, weight_decay: 0.1)\n seed: 7\n}",
            .adam(learningRate: 1e-4, beta1: 0.5, beta2: 0.9, epsilon: 1e-6, weightDecay: 0.1), 16, 20, 7, .he
        ),
        (
            "train { optimizer: sgd(lr: 0.1, momentum: 0.9) init: pytorch }",
            .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 0), 16, 20, 0, .pytorch
        ),
        ("train { batch: 2 * n epochs: n }", .adam(), 10, 5, 0, .he),
    ])
    func trainBlock(
        text: String, optimizer: OptimizerOptions, batch: Int, epochs: Int, seed: UInt64, initial: InitialValues
    ) throws {
        let options = try compiled("graph t(n = 5) { input x: [1, n, n]; output y = x\n \(text)\n }").training
        #expect(options.optimizer == optimizer)
        #expect(options.batch == batch)
        #expect(options.epochs == epochs)
        #expect(options.seed == seed)
        #expect(options.initialValues == initial)
    }

    private static let overridable =
        "graph t(n = 5, r = 0.5, b = true) { input x: [1, n, n]; output y = r * conv(x, 1, kernel: 1, bias: b) }"

    @Test func overridesReplaceDefaults() throws {
        let graph = try compiled(Self.overridable, [("n", "9"), ("n", "7"), ("r", "2"), ("b", "false")])
        #expect(graph.nodes.last?.type == .batched([1, 7, 7]))
        #expect(graph.nodes.last?.op == .elementwise(.scale(2)))
        #expect(graph.parameters.count == 1)
    }

    @Test(arguments: [
        ("m", "3", "the graph has no parameter \"m\" to override with -D", "its parameters are n, r, b"),
        ("n", "x", "graph parameter \"n\" must be a whole number, found \"x\"", "its default is 5"),
        ("n", "1.5", "graph parameter \"n\" must be a whole number, found \"1.5\"", "its default is 5"),
        (
            "n", "99999999999999999999", "graph parameter \"n\" must be a whole number, found \"99999999999999999999\"",
            "its default is 5"
        ),
        ("r", "nan", "graph parameter \"r\" must be a number, found \"nan\"", "its default is 0.5"),
        ("b", "1", "graph parameter \"b\" must be true or false, found \"1\"", "its default is true"),
    ])
    func badOverrides(name: String, value: String, message: String, hint: String) {
        let (graph, diagnostics) = compileGraph(
            text: Self.overridable, fileName: "test.graph", overrides: [(name, value)])
        #expect(graph == nil)
        #expect(
            rendered(diagnostics, Self.overridable) == "command line: error: \(message)\n  hint: \(hint)\n")
    }

    @Test func theTreeCanBeShown() throws {
        let text = """
            block b(x) { return relu(x) }
            graph t(w = 4) {
              input x: [3, w, -2 + w]; target m: classes[4, 4]
              y = 0.5 * b(x) + conv(x, 3, kernel: [1, 1])
              output z = y; loss f(z, m)
              train { optimizer: adam(lr: 1e-3) batch: 4 }
            }
            """
        let (syntax, diagnostics) = parse(text: text, fileName: "test.graph")
        #expect(diagnostics == [])
        #expect(
            syntax.description == """
                block b(x) {
                  return relu(x)
                }
                graph t(w = 4) {
                  input x: [3, w, ((-2) + w)]
                  target m: classes[4, 4]
                  y = ((0.5 * b(x)) + conv(x, 3, kernel: [1, 1]))
                  output z = y
                  loss f(z, m)
                  train {
                    optimizer: adam(lr: 0.001)
                    batch: 4
                  }
                }

                """)
    }
    @Test(arguments: BundledNet.all)
    func treesPrintAsTextsThatReadBack(_ net: BundledNet) throws {
        let printed = parse(text: try net.text(), fileName: net.name).syntax.description
        let (syntax, diagnostics) = parse(text: printed, fileName: net.name)
        #expect(diagnostics == [])
        #expect(syntax.description == printed)
    }
}
