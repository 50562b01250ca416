import GraphIR
import TestSupport
import Testing

@testable import Exchange

/// What nodes of other programs become, family by family.
@Suite struct ImportRuleTests {
    private static func floats(_ name: String, _ shape: [Int]) -> ONNXTensor {
        ONNXTensor(
            name: name, shape: shape, values: .floats((0..<shape.reduce(1, *)).map { Float($0 % 5 + 1) / 4 }))
    }

    /// Constants that nodes below read.
    private static let constants: [ONNXTensor] = [
        floats("w", [4, 4, 3, 3]), floats("wide", [4, 4, 3, 3]), floats("single", [4, 1, 3, 3]),
        floats("up", [4, 2, 2, 2]),
        floats("row", [4, 1, 1]), floats("matrix", [3, 256]), floats("narrow", [2, 4]),
        ONNXTensor(name: "half", shape: [], values: .floats([0.5])),
        ONNXTensor(name: "zero", shape: [], values: .floats([0])),
        ONNXTensor(name: "six", shape: [], values: .floats([6])),
        ONNXTensor(name: "ones", shape: [2], values: .floats([1, 1])),
        ONNXTensor(name: "zeros", shape: [2], values: .floats([0, 0])),
        ONNXTensor(name: "groups", shape: [3], values: .integers([0, 2, -1])),
        ONNXTensor(name: "pads", shape: [8], values: .integers([0, 0, 1, 0, 0, 0, 1, 0])),
        ONNXTensor(name: "scales", shape: [4], values: .floats([1, 1, 2, 2])),
        ONNXTensor(name: "two", shape: [1], values: .integers([2])),
        ONNXTensor(name: "three", shape: [1], values: .integers([3])),
        ONNXTensor(name: "four", shape: [1], values: .integers([4])),
        ONNXTensor(name: "front", shape: [1], values: .integers([0])),
        ONNXTensor(name: "axes", shape: [2], values: .integers([2, 3])),
        ONNXTensor(name: "firsts", shape: [2], values: .integers([1, 1])),
        ONNXTensor(name: "sixes", shape: [2], values: .integers([6, -2])),
    ]

    /// The text of a net of `[N, 4, 8, 8]`, whose last node's result is the output.
    private func net(_ nodes: [ONNXNode], opset: Int = 17, producer: String = "test") throws -> ImportedNet {
        var graph = ONNXGraph(name: "t")
        graph.inputs = [ONNXValue(name: "x", element: .float, shape: [.named("N"), .fixed(4), .fixed(8), .fixed(8)])]
        graph.initializers = Self.constants
        graph.nodes = nodes
        graph.outputs = [ONNXValue(name: nodes.last?.outputs.first ?? "x", element: .float, shape: nil)]
        var options = ImportOptions()
        options.loss = .none
        let model = ONNXModel(irVersion: 8, opset: opset, producer: producer, graph: graph)
        return try ONNXImporter.net(model, path: "t.onnx", options)
    }

    /// `OP a b -> c {axis: 1}` as a node.
    private func node(_ text: String) -> ONNXNode {
        let parts = text.split(separator: "{", maxSplits: 1)
        let sides = parts[0].split(separator: ">", maxSplits: 1)
        let words = sides[0].dropLast().split(separator: " ").map(String.init)
        var node = ONNXNode(
            name: "", op: words[0], inputs: words.dropFirst().map { $0 == "_" ? "" : $0 },
            outputs: sides[1].split(separator: " ").map(String.init))
        let list = parts.count > 1 ? parts[1].dropLast().split(separator: ";") : []
        node.attributes = list.map { entry in
            let pair = entry.split(separator: ":").map { $0.drop { $0 == " " } }
            let numbers = pair[1].split(separator: " ").compactMap { Int($0) }
            if numbers.isEmpty, let number = Float(pair[1]) {
                return ONNXAttribute(name: String(pair[0]), value: .float(number))
            }
            let isList = ["pads", "strides", "kernel_shape", "perm", "dilations", "axes", "output_padding"].contains(
                pair[0])
            let value: ONNXAttribute.Value =
                isList ? .integers(numbers) : numbers.isEmpty ? .text(String(pair[1])) : .integer(numbers[0])
            return ONNXAttribute(name: String(pair[0]), value: value)
        }
        return node
    }

    /// The statements behind the input, without comments.
    private func statements(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
            return code.split(separator: " ").joined(separator: " ")
        }.filter { $0.contains(" = ") && !$0.hasPrefix("//") }
    }

    @Test(
        arguments: [
            (["Conv x w -> y {pads: 1 1 1 1}"], ["output y = conv(x, 4, kernel: 3, padding: same, bias: false)"]),
            (
                ["Conv x w -> y {auto_pad: SAME_UPPER}"],
                ["output y = conv(x, 4, kernel: 3, padding: same, bias: false)"]
            ),
            (
                ["Conv x single -> y {group: 4; strides: 2 2; pads: 1 1 1 1}"],
                ["output y = conv(x, 4, kernel: 3, stride: 2, padding: 1, groups: 4, bias: false)"]
            ),
            (
                ["ConvTranspose x up -> y {strides: 2 2}"],
                ["output y = conv_transpose(x, 2, kernel: 2, stride: 2, bias: false)"]
            ),
            (["Clip x zero six -> y"], ["output y = relu6(x)"]), (["Clip x zero -> y"], ["output y = relu(x)"]),
            (["Mul x half -> y"], ["output y = 0.5 * x"]), (["Add x half -> y"], ["output y = x + 0.5"]),
            (
                ["Relu x -> a", "Mul a row -> y"], ["a = relu(x)", "output y = conv(a, 4, kernel: 1, groups: 4)"]
            ),
            (["CastLike two x -> a", "Mul x a -> b", "CastLike b half -> y"], ["b = 2.0 * x", "output y = b"]),
            (
                ["CastLike half two -> a", "Add a two -> b", "CastLike b x -> c", "Mul x c -> y"],
                ["output y = 2.0 * x"]
            ),
            (["Sigmoid x -> s", "Mul x s -> y"], ["output y = silu(x)"]),
            (["Slice x firsts sixes axes -> y"], ["output y = crop(x, top: 1, bottom: 2, left: 1, right: 2)"]),
            (
                ["Transpose x -> a {perm: 0 2 3 1}", "Relu a -> b", "Transpose b -> y {perm: 0 3 1 2}"],
                ["b = relu(x)", "output y = b"]
            ),
            (["Flatten x -> f", "Gemm f matrix -> y {transB: 1}"], ["output y = conv(x, 3, kernel: 8, bias: false)"]),
            (
                ["ReduceMean x -> m {axes: 2 3}", "Mul x m -> y"], ["m = global_avg_pool(x)", "output y = x * m"]
            ),
            (
                [
                    "Reshape x groups -> r", "InstanceNormalization r ones zeros -> n", "Shape x -> s",
                    "Reshape n s -> y",
                ],
                ["n = group_norm(x, groups: 2)", "output y = n"]
            ),
            (
                [
                    "Resize x _ scales -> y {mode: nearest; coordinate_transformation_mode: asymmetric; nearest_mode: floor}"
                ],
                ["output y = upsample_nearest(x, scale: 2)"]
            ),
            (
                [
                    "Unsqueeze x front -> a", "Relu x -> r", "Unsqueeze r front -> b", "Concat a b -> c {axis: 0}",
                    "ReduceSum c front -> y {keepdims: 0}",
                ], ["r = relu(x)", "output y = x + r"]
            ),
            (
                [
                    "Shape x -> s", "Gather s two -> h", "Gather s three -> v", "Concat h v -> p {axis: 0}",
                    "MaxPool x -> m {kernel_shape: 2 2; strides: 2 2}", "Shape m -> q", "Slice q front two -> z",
                    "Concat z p -> all {axis: 0}", "Resize m _ _ all -> y {mode: linear}",
                ], ["m = max_pool(x, kernel: 2)", "output y = upsample_bilinear(m, scale: 2)"]
            ),
        ] as [([String], [String])])
    func nodesBecomeStatements(_ nodes: [String], _ expected: [String]) throws {
        let net = try net(nodes.map(node))
        #expect(statements(net.text) == expected, "\(net.text)")
    }

    @Test(
        arguments: [
            ("ArgMax x -> y", "ArgMax \"y\": there is no such operator in the language", "predict takes the largest"),
            ("Conv x x -> y", "Conv \"y\": the weight is computed by the net, expected a constant", nil),
            (
                "Softmax x -> y {axis: 2}", "Softmax \"y\": it is over other axes than the channels of each position",
                nil
            ),
            ("Relu nothing -> y", "Relu \"y\": it reads \"nothing\", which nothing makes", nil),
            (
                "Concat x x -> y {axis: 2}",
                "Concat \"y\": it joins along axis 2, and the language joins channels alone", nil
            ),
        ] as [(String, String, String?)])
    func whatThereIsNotIsNamed(_ text: String, _ message: String, _ hint: String?) throws {
        let error = #expect(throws: ExchangeError.self) { try net([node(text)]) }
        #expect(error?.message == "t.onnx: " + message)
        if let hint { #expect(error?.hint?.contains(hint) == true) }
    }

    /// Numbers beyond all maps are no reason to stop.
    @Test(arguments: [
        "Conv x w -> y {group: 4611686018427387905}", "Conv x w -> y {strides: 9223372036854775807 1}",
        "ConvTranspose x up -> y {output_padding: 9223372036854775807 1; pads: 1 1 0 0; strides: 2 2}",
        "ConvTranspose x up -> y {group: 9223372036854775807}", "MaxPool x -> y {kernel_shape: 9223372036854775807 2}",
    ])
    func hugeNumbersAreRefused(text: String) {
        let error = #expect(throws: ExchangeError.self) { try net([node(text)]) }
        #expect(error?.message.contains("\"y\"") == true, "\(String(describing: error))")
    }

    /// Axes that no map has, at the versions whose rules differ.
    @Test(
        arguments: ["Softmax x -> y", "Split x -> y", "Concat x x -> y", "LayerNormalization x two -> y"],
        [-9_223_372_036_854_775_808, -9, 5, 9_223_372_036_854_775_806])
    func axesThatAreNotThereAreRefused(text: String, axis: Int) {
        for opset in [11, 17] {
            let error = #expect(throws: ExchangeError.self) { try net([node(text + " {axis: \(axis)}")], opset: opset) }
            #expect(error?.message.contains("\"y\"") == true, "\(String(describing: error))")
        }
    }

    @Test func allThatIsRefusedIsSaidAtOnce() throws {
        let nodes = ["ArgMax x -> a", "Einsum x -> b", "Relu a -> y"].map(node)
        let error = #expect(throws: ExchangeError.self) { try net(nodes) }
        #expect(
            error?.message.contains("2 nodes cannot be expressed") == true && error?.message.contains("Relu") == false)
    }

    @Test func pyTorchsNamesStay() throws {
        var conv = node("Conv x down.0.weight -> y {pads: 1 1 1 1}")
        conv.name = "/down/down.0/Conv"
        var graph = ONNXGraph(name: "t")
        graph.inputs = [ONNXValue(name: "x", element: .float, shape: [.fixed(1), .fixed(4), .fixed(8), .fixed(8)])]
        graph.initializers = [Self.floats("down.0.weight", [4, 4, 3, 3])]
        var relu = node("Relu y -> z")
        relu.name = "/down/down.1/Relu"
        graph.nodes = [conv, relu]
        graph.outputs = [ONNXValue(name: "z", element: .float, shape: nil)]
        let model = ONNXModel(irVersion: 8, opset: 17, producer: "pytorch", graph: graph)
        let net = try ONNXImporter.net(model, path: "t.onnx", ImportOptions())
        #expect(net.tensors.map(\.name) == ["down.0.weight"])
        #expect(net.text.contains("\"down.0\" = conv(x, 4") && net.text.contains("\"down.1\" = relu(\"down.0\")"))
        #expect(net.text.contains("target labels: classes[8, 8]") && net.text.contains("loss cross_entropy(z, labels)"))
    }
}
