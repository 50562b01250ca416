import GraphDSL
import GraphIR
import Testing

/// One operator at one shape: the graphs that checks against PyTorch's numbers compile.
struct OperatorCase: CustomTestStringConvertible, Sendable {
    var name: String
    var inputs: [String]
    var expression: String
    var result: [Int]
    var parameters: [[Int]]

    init(_ name: String, _ inputs: [String], _ expression: String, _ result: [Int], _ parameters: [[Int]]) {
        self.name = name
        self.inputs = inputs
        self.expression = expression
        self.result = result
        self.parameters = parameters
    }

    var testDescription: String { name }

    var text: String {
        "graph t() {\n" + inputs.map { "  input \($0)\n" }.joined() + "  op = \(expression)\n  output out = op\n}\n"
    }

    /// Shapes as PyTorch gives them.
    static let all: [OperatorCase] = [
        .init(
            "conv_3x3_same", ["x: [5, 12, 12]"],
            "conv(x, 7, kernel: [3, 3], stride: 1, padding: 1, dilation: 1, groups: 1, bias: true)",
            [7, 12, 12], [[7, 5, 3, 3], [7]]),
        .init(
            "conv_3x3_same_wide", ["x: [32, 16, 16]"],
            "conv(x, 48, kernel: [3, 3], stride: 1, padding: 1, dilation: 1, groups: 1, bias: true)",
            [48, 16, 16], [[48, 32, 3, 3], [48]]),
        .init(
            "conv_3x3_odd_size", ["x: [16, 13, 17]"],
            "conv(x, 16, kernel: [3, 3], stride: 1, padding: 1, dilation: 1, groups: 1, bias: true)",
            [16, 13, 17], [[16, 16, 3, 3], [16]]),
        .init(
            "conv_3x3_valid", ["x: [4, 11, 9]"],
            "conv(x, 6, kernel: [3, 3], stride: 1, padding: 0, dilation: 1, groups: 1, bias: true)",
            [6, 9, 7], [[6, 4, 3, 3], [6]]),
        .init(
            "conv_3x3_stride2", ["x: [4, 11, 10]"],
            "conv(x, 6, kernel: [3, 3], stride: 2, padding: 1, dilation: 1, groups: 1, bias: true)",
            [6, 6, 5], [[6, 4, 3, 3], [6]]),
        .init(
            "conv_1x1", ["x: [19, 8, 8]"],
            "conv(x, 3, kernel: [1, 1], stride: 1, padding: 0, dilation: 1, groups: 1, bias: true)",
            [3, 8, 8], [[3, 19, 1, 1], [3]]),
        .init(
            "conv_5x5", ["x: [3, 10, 10]"],
            "conv(x, 4, kernel: [5, 5], stride: 1, padding: 2, dilation: 1, groups: 1, bias: true)",
            [4, 10, 10], [[4, 3, 5, 5], [4]]),
        .init(
            "conv_1x7", ["x: [3, 10, 10]"],
            "conv(x, 4, kernel: [1, 7], stride: 1, padding: [0, 3], dilation: 1, groups: 1, bias: true)",
            [4, 10, 10], [[4, 3, 1, 7], [4]]),
        .init(
            "conv_dilated", ["x: [4, 14, 14]"],
            "conv(x, 4, kernel: [3, 3], stride: 1, padding: 2, dilation: 2, groups: 1, bias: true)",
            [4, 14, 14], [[4, 4, 3, 3], [4]]),
        .init(
            "conv_grouped", ["x: [8, 9, 9]"],
            "conv(x, 12, kernel: [3, 3], stride: 1, padding: 1, dilation: 1, groups: 4, bias: true)",
            [12, 9, 9], [[12, 2, 3, 3], [12]]),
        .init(
            "conv_depthwise", ["x: [16, 9, 9]"],
            "conv(x, 16, kernel: [3, 3], stride: 1, padding: 1, dilation: 1, groups: 16, bias: true)",
            [16, 9, 9], [[16, 1, 3, 3], [16]]),
        .init(
            "conv_no_bias", ["x: [3, 8, 8]"],
            "conv(x, 5, kernel: [3, 3], stride: 1, padding: 1, dilation: 1, groups: 1, bias: false)",
            [5, 8, 8], [[5, 3, 3, 3]]),
        .init(
            "conv_transpose_2x2_s2", ["x: [6, 5, 7]"],
            "conv_transpose(x, 4, kernel: [2, 2], stride: 2, padding: 0, output_padding: 0, bias: true)",
            [4, 10, 14], [[6, 4, 2, 2], [4]]),
        .init(
            "conv_transpose_3x3_s2_p1_op1", ["x: [6, 5, 7]"],
            "conv_transpose(x, 4, kernel: [3, 3], stride: 2, padding: 1, output_padding: 1, bias: true)",
            [4, 10, 14], [[6, 4, 3, 3], [4]]),
        .init(
            "conv_transpose_3x3_s2", ["x: [6, 5, 7]"],
            "conv_transpose(x, 4, kernel: [3, 3], stride: 2, padding: 0, output_padding: 0, bias: true)",
            [4, 11, 15], [[6, 4, 3, 3], [4]]),
        .init(
            "conv_transpose_4x4_s2_p1", ["x: [6, 6, 6]"],
            "conv_transpose(x, 4, kernel: [4, 4], stride: 2, padding: 1, output_padding: 0, bias: true)",
            [4, 12, 12], [[6, 4, 4, 4], [4]]),
        .init(
            "max_pool_2", ["x: [3, 8, 10]"],
            "max_pool(x, kernel: 2, stride: 2, padding: 0)",
            [3, 4, 5], []),
        .init(
            "max_pool_3_s2_p1", ["x: [4, 9, 9]"],
            "max_pool(x, kernel: 3, stride: 2, padding: 1)",
            [4, 5, 5], []),
        .init(
            "max_pool_2_odd", ["x: [3, 9, 7]"],
            "max_pool(x, kernel: 2, stride: 2, padding: 0)",
            [3, 4, 3], []),
        .init(
            "concat", ["x: [3, 4, 4]", "y: [5, 4, 4]"],
            "concat(x, y)",
            [8, 4, 4], []),
        .init(
            "add", ["x: [3, 4, 4]", "y: [3, 4, 4]"],
            "add(x, y)",
            [3, 4, 4], []),
        .init(
            "mul", ["x: [3, 4, 4]", "y: [3, 4, 4]"],
            "mul(x, y)",
            [3, 4, 4], []),
        .init(
            "relu", ["x: [3, 4, 4]"],
            "relu(x)",
            [3, 4, 4], []),
        .init(
            "leaky_relu", ["x: [3, 4, 4]"],
            "leaky_relu(x, slope: 0.1)",
            [3, 4, 4], []),
        .init(
            "sigmoid", ["x: [3, 4, 4]"],
            "sigmoid(x)",
            [3, 4, 4], []),
        .init(
            "silu", ["x: [3, 4, 4]"],
            "silu(x)",
            [3, 4, 4], []),
        .init("tanh", ["x: [3, 4, 4]"], "tanh(x)", [3, 4, 4], []),
        .init(
            "conv_same", ["x: [3, 7, 8]"], "conv(x, 2, kernel: [4, 3], padding: same)", [2, 7, 8], [[2, 3, 4, 3], [2]]),
        .init(
            "conv_no_params", ["x: [3, 7, 8]"], "conv(x, channels: 2, kernel: 1, bias: false)", [2, 7, 8],
            [[2, 3, 1, 1]]),
        .init("max_pool_default_stride", ["x: [3, 9, 9]"], "max_pool(x, kernel: [2, 3])", [3, 4, 3], []),
        .init("max_pool_overlapping", ["x: [3, 9, 9]"], "max_pool(x, kernel: 3, stride: 1)", [3, 7, 7], []),
        .init("plus", ["x: [3, 4, 4]", "y: [3, 4, 4]"], "x + y", [3, 4, 4], []),
        .init("times", ["x: [3, 4, 4]", "y: [3, 4, 4]"], "x * y", [3, 4, 4], []),
        .init("scaled", ["x: [3, 4, 4]"], "2 * x", [3, 4, 4], []),
        .init("minus", ["x: [3, 4, 4]", "y: [3, 4, 4]"], "x - y", [3, 4, 4], []),
        .init("over", ["x: [3, 4, 4]", "y: [3, 4, 4]"], "x / y", [3, 4, 4], []),
        .init("sub", ["x: [3, 4, 4]", "y: [3, 4, 4]"], "sub(x, y)", [3, 4, 4], []),
        .init("div", ["x: [3, 4, 4]", "y: [3, 4, 4]"], "div(x, y)", [3, 4, 4], []),
        .init("maximum", ["x: [3, 4, 4]", "y: [3, 4, 4]"], "maximum(x, y)", [3, 4, 4], []),
        .init("minimum", ["x: [3, 4, 4]", "y: [3, 4, 4]"], "minimum(x, y)", [3, 4, 4], []),
        .init("negative", ["x: [3, 4, 4]"], "-x", [3, 4, 4], []),
        .init("raised", ["x: [3, 4, 4]"], "x + -0.45", [3, 4, 4], []),
        .init("raised by", ["x: [3, 4, 4]"], "3 + x", [3, 4, 4], []),
        .init("lowered", ["x: [3, 4, 4]"], "x - 0.5", [3, 4, 4], []),
        .init("complement", ["x: [3, 4, 4]"], "1 - x", [3, 4, 4], []),
        .init("halved", ["x: [3, 4, 4]"], "x / 2", [3, 4, 4], []),
        .init("inverse", ["x: [3, 4, 4]"], "1 / x", [3, 4, 4], []),
        .init("global_avg_pool", ["x: [3, 4, 5]"], "global_avg_pool(x)", [3, 1, 1], []),
        .init("global_max_pool", ["x: [3, 4, 5]"], "global_max_pool(x)", [3, 1, 1], []),
        .init("instance_norm", ["x: [3, 4, 5]"], "instance_norm(x, eps: 1e-3)", [3, 4, 5], []),
        .init(
            "instance_norm_affine", ["x: [3, 4, 5]"], "instance_norm(x, affine: true)", [3, 4, 5], [[3], [3]]),
        .init("layer_norm", ["x: [3, 4, 5]"], "layer_norm(x, eps: 1e-6)", [3, 4, 5], [[3], [3]]),
        .init("linear", ["x: [3, 1, 1]"], "linear(x, 5)", [5, 1, 1], [[5, 3], [5]]),
        .init("linear_of_positions", ["x: [3, 4, 5]"], "linear(x, 2, bias: false)", [2, 4, 5], [[2, 3]]),
        .init("clamp", ["x: [3, 4, 4]"], "clamp(x, min: -1, max: 0.5)", [3, 4, 4], []),
        .init("normalize", ["x: [3, 4, 4]"], "normalize(x, mean: [0.5, 0, -1], std: [1, 0.25, 2])", [3, 4, 4], []),
    ]
}

@Suite struct OperatorTests {
    @Test(arguments: OperatorCase.all)
    func hasPyTorchsShapes(_ testCase: OperatorCase) throws {
        let graph = try compiled(testCase.text)
        #expect(graph.outputs.map(\.name) == ["out"])
        #expect(graph.outputs.map { graph[$0.node].name } == ["op"])
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched(testCase.result)])
        #expect(
            graph.parameters.map { graph[$0].name }
                == Array(["op.weight", "op.bias"].prefix(testCase.parameters.count)))
        #expect(graph.parameters.map { graph[$0].type } == testCase.parameters.map(TensorType.fixed))
        #expect(graph.loss == nil)
    }

    @Test(arguments: [
        ("bce_with_logits(x, target)", Op.sampleLoss(.bceWithLogits(positiveWeight: 1))),
        ("bce_with_logits(x, target, pos_weight: 3.0)", .sampleLoss(.bceWithLogits(positiveWeight: 3))),
        ("dice_loss(x, target, smooth: 1.0)", .sampleLoss(.dice(smooth: 1))),
        ("dice_loss(x, target, smooth: 0)", .sampleLoss(.dice(smooth: 0))),
    ])
    func lossIsTheBatchsMean(expression: String, op: Op) throws {
        let text = """
            graph t() {
              input x: [1, 6, 6]
              target target: [1, 6, 6]
              output out = x
              loss \(expression)
            }
            """
        let graph = try compiled(text)
        let loss = try #require(graph.loss)
        #expect(graph[loss].name == "loss")
        #expect(graph[loss].op == .batchMean)
        let perSample = try #require(graph[loss].inputs.first)
        #expect(graph[perSample].op == op)
        #expect(graph[perSample].name == "loss.\(op.mnemonic)")
        #expect(graph[perSample].inputs.map { graph[$0].name } == ["x", "target"])
        #expect(graph.outputs.map { graph[$0.node].op } == [.input])
    }

    @Test func convolutionsArgumentsReachItsGeometry() throws {
        let text = """
            graph t {
              input x: [6, 20, 21]
              output y = conv(x, 4, kernel: [3, 5], stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2)
            }
            """
        let graph = try compiled(text)
        let geometry = ConvGeometry(
            inputChannels: 6, input: Extent(20, 21), outputChannels: 4, kernel: Extent(3, 5), stride: Extent(2, 1),
            padding: Padding(Extent(1, 0)), dilation: Extent(1, 2), groups: 2)
        #expect(graph.nodes.last?.op == .conv(geometry))
        #expect(geometry.output == Extent(10, 13))
    }

    @Test func samePaddingOfAnEvenKernelIsLongerAtTheEnd() throws {
        let graph = try compiled("graph t { input x: [1, 9, 9]; output y = conv(x, 1, kernel: 4, padding: same) }")
        guard case .conv(let geometry)? = graph.nodes.last?.op else {
            Issue.record("no convolution")
            return
        }
        #expect(geometry.padding == Padding(top: 1, left: 1, bottom: 2, right: 2))
    }

    @Test func transposedConvolutionIsToldAsTheConvolutionBehindIt() throws {
        let text = """
            graph t { input x: [6, 5, 7]
              output y = conv_transpose(x, 4, kernel: 3, stride: 2, padding: 1, output_padding: [1, 0]) }
            """
        let graph = try compiled(text)
        let geometry = ConvGeometry(
            inputChannels: 4, input: Extent(10, 13), outputChannels: 6, output: Extent(5, 7), kernel: Extent(3),
            stride: Extent(2), padding: Padding(1), dilation: Extent(1), groups: 1)
        #expect(graph.nodes.last?.op == .convTranspose(geometry))
    }

    @Test func constantsReachFunctions() throws {
        let text =
            "graph t { input x: [1, 2, 2]; a = leaky_relu(x); b = leaky_relu(a, slope: 0.2); output c = -0.5 * b }"
        let graph = try compiled(text)
        let functions: [Op] = [.leakyRelu(slope: 0.01), .leakyRelu(slope: 0.2), .scale(-0.5)].map(Op.elementwise)
        #expect(graph.nodes.dropFirst().map(\.op) == functions)
    }

    @Test(arguments: [
        ("x - y", [Elementwise.subtract]), ("x / y", [.divide]), ("-x", [.scale(-1)]), ("x + -0.45", [.offset(-0.45)]),
        ("2 + x", [.offset(2)]), ("x - 0.5", [.offset(-0.5)]), ("1 - x", [.scale(-1), .offset(1)]),
        ("x / 4", [.scale(0.25)]), ("3 / x", [.reciprocal(3)]), ("-2 * -x", [.scale(-1), .scale(-2)]),
        ("(x - 1) / 2", [.offset(-1), .scale(0.5)]),
    ])
    func arithmeticOfMapsAndNumbers(_ expression: String, _ functions: [Elementwise]) throws {
        let graph = try compiled("graph t { input x: [1, 2, 2]; input y: [1, 2, 2]; output z = \(expression) }")
        #expect(graph.nodes.dropFirst(2).map(\.op) == functions.map(Op.elementwise))
        #expect(graph.nodes.last?.name == "z")
    }

    @Test(arguments: [
        ("x * c", [Op.broadcast(.apply(.multiply, .channels))]), ("c * x", [.broadcast(.apply(.multiply, .channels))]),
        ("x + p", [.broadcast(.apply(.add, .positions))]), ("p + x", [.broadcast(.apply(.add, .positions))]),
        ("x - c", [.elementwise(.scale(-1)), .broadcast(.apply(.add, .channels))]),
        ("c - x", [.elementwise(.scale(-1)), .broadcast(.apply(.add, .channels))]),
        ("x / p", [.elementwise(.reciprocal(1)), .broadcast(.apply(.multiply, .positions))]),
        ("p / x", [.elementwise(.reciprocal(1)), .broadcast(.apply(.multiply, .positions))]),
        ("x * global_avg_pool(x)", [.broadcast(.mean), .broadcast(.apply(.multiply, .channels))]),
        ("x + global_max_pool(x)", [.broadcast(.maximum), .broadcast(.apply(.add, .channels))]),
    ])
    func mapsOfANumberForEachChannelOrPosition(_ expression: String, _ ops: [Op]) throws {
        let graph = try compiled(
            "graph t { input x: [3, 2, 4]; input c: [3, 1, 1]; input p: [1, 2, 4]; output z = \(expression) }")
        #expect(graph.nodes.dropFirst(3).map(\.op) == ops)
        #expect(graph.nodes.last?.type == .batched([3, 2, 4]))
    }

    /// Without parameters of its own it goes into a statement that has others.
    @Test func instanceNormGoesBehindAConvolution() throws {
        let graph = try compiled(
            "graph t { input x: [1, 4, 4]; a = relu(instance_norm(conv(x, 2, kernel: 1))); output y = a }")
        #expect(graph.parameters.map { graph[$0].name } == ["a.weight", "a.bias"])
    }

    @Test func lossesTakeFactorsAndDifferences() throws {
        let graph = try compiled(
            "graph t { input x: [1, 2, 2]; target t: [1, 2, 2]; output y = x; loss mse(x, t) / 2 - -0.5 * l1(x, t) }")
        let functions = graph.nodes.compactMap { node in if case .elementwise(let f) = node.op { f } else { nil } }
        #expect(functions == [.scale(0.5), .scale(-0.5), .subtract])
    }

    /// A channel may have more values than a dimension.
    @Test func normalizesMapsOfAnySizeThatIsAccepted() throws {
        let graph = try compiled("graph t { input x: [1, 61000, 61000]; output y = batch_norm(x) }")
        #expect(graph.nodes.last?.type == .batched([1, 61_000, 61_000]))
    }
}
