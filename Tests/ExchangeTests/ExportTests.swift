import FileAccess
import GraphIR
import TestSupport
import Testing

@testable import Exchange

/// The nodes and constants of exported models; whether they compute the same is a question for onnxruntime
/// (`ExportCommandTests`).
@Suite struct ExportTests {
    private static let net = """
        graph t(size = 8) {
          input x: [3, size, size]
          c = conv(x, 2, kernel: 3, padding: 1, bias: false)
          a = relu(batch_norm(c))
          b = batch_norm(max_pool(a, kernel: 2))
          output y = conv_transpose(b, 1, kernel: 2, stride: 2)
        }
        """

    /// Numbers that differ from each other, variances above 0.
    private static func values(_ graph: Graph) -> (String) -> [Float] {
        { name in
            let count = graph.id(named: name).map { graph[$0].type.elementCount } ?? 0
            return (0..<count).map { 0.25 + Float($0 % 7) / 8 }
        }
    }

    private func model(_ text: String, _ change: (inout ExportOptions) -> Void = { _ in }) throws -> ONNXModel {
        let graph = try compiled(text)
        var options = ExportOptions()
        change(&options)
        return try ONNXExporter.model(
            graph, options, metadata: [("unetc.graph", text), ("empty", "")], parameter: Self.values(graph))
    }

    @Test func normalisationsAreFoldedOrKept() throws {
        let folded = try model(Self.net).graph
        #expect(folded.nodes.map(\.op) == ["Conv", "Relu", "MaxPool", "BatchNormalization", "ConvTranspose"])
        #expect(folded.nodes.map { $0.outputs[0] } == ["a.batch_norm", "a", "b.max_pool", "b", "y"])
        let names = folded.initializers.map(\.name)
        #expect(
            names == [
                "c.weight", "a.batch_norm.folded_bias", "b.weight", "b.bias", "b.running_mean", "b.running_var",
                "y.weight", "y.bias",
            ])
        let kept = try model(Self.net) { $0.keepsNormalizations = true }.graph
        #expect(
            kept.nodes.map(\.op) == [
                "Conv", "BatchNormalization", "Relu", "MaxPool", "BatchNormalization", "ConvTranspose",
            ])
        #expect(kept.nodes[1].inputs.dropFirst() == ["a.weight", "a.bias", "a.running_mean", "a.running_var"])
    }

    @Test func sizesAreFixedOrOpen() throws {
        let fixed = try model(Self.net).graph
        #expect(fixed.inputs[0].shape == [.named("batch"), .fixed(3), .fixed(8), .fixed(8)])
        #expect(fixed.outputs[0].shape == [.named("batch"), .fixed(1), .fixed(8), .fixed(8)])
        let open = try model(Self.net) { $0.hasDynamicSize = true }.graph
        #expect(open.inputs[0].shape == [.named("batch"), .fixed(3), .named("height"), .named("width")])
        #expect(open.outputs[0].shape == [.named("batch"), .fixed(1), .named("height"), .named("width")])
    }

    @Test func whatLooksAtTheWholeMapHasOneSize() throws {
        let text = "graph t { input x: [2, 4, 4]; output y = group_norm(x, groups: 1) }"
        let error = #expect(throws: ExchangeError.self) { try model(text) { $0.hasDynamicSize = true } }
        #expect(
            error?.hint == "leave out --dynamic" && error?.message.contains("so that the model has no size") == true)
        #expect(try model(text).graph.nodes.count > 1)
    }

    @Test func outputsHaveTheirNames() throws {
        let text = "graph t { input x: [2, 4, 4]; a = relu(x); output y = a; output z = a; output w = x }"
        let graph = try model(text).graph
        #expect(graph.outputs.map(\.name) == ["y", "z", "w"])
        #expect(graph.nodes.map(\.op) == ["Relu", "Identity", "Identity"])
        #expect(graph.nodes.map { $0.outputs[0] } == ["y", "z", "w"])
    }

    @Test func functionsWithoutAnOperatorAreFormulas() throws {
        let text = "graph t { input x: [2, 4, 4]; output y = gelu(x) }"
        #expect(try model(text).graph.nodes.map(\.op) == ["Mul", "Mul", "Erf", "Add", "Mul"])
        #expect(try model(text) { $0.opset = 20 }.graph.nodes.map(\.op) == ["Gelu"])
    }

    /// Scales that are rounded down to floats would make maps that are a row too small.
    @Test(arguments: [(20, 33), (33, 20), (20, 47), (47, 20), (7, 3), (3, 7), (41, 123), (1, 1)])
    func resizedMapsHaveTheirSize(from: Int, to: Int) throws {
        let text = "graph t { input x: [2, \(from), \(to)]; output y = resize(x, size: [\(to), \(from)]) }"
        guard case .floats(let scales)? = try model(text).graph.initializers.first?.values else {
            Issue.record("no scales")
            return
        }
        #expect(scales.count == 4 && scales[0] == 1 && scales[1] == 1)
        for (scale, (input, output)) in zip(scales[2...], [(from, to), (to, from)]) {
            #expect(Int(Double(input) * Double(scale)) == output && Int(Float(input) * scale) == output)
        }
    }

    @Test(arguments: [
        ("pad(x, top: 1, left: 2, mode: reflect)", ["Pad"]), ("pad(x, bottom: 1, value: 3)", ["Pad"]),
        ("pad(x, channels: [1, 2])", ["Pad"]), ("slice(x, channels: [1, 2])", ["Slice"]),
        ("crop(x, top: 1, right: 1)", ["Slice"]), ("global_max_pool(x)", ["GlobalMaxPool"]),
        ("layer_norm(x)", ["Transpose", "LayerNormalization", "Transpose"]),
    ])
    func operatorsHaveTheirForm(text: String, expected: [String]) throws {
        let graph = try model("graph t { input x: [2, 4, 4]; output y = \(text) }").graph
        #expect(graph.nodes.map(\.op) == expected)
    }

    /// Everything that a model holds comes back, and the same model gives the same bytes.
    @Test(arguments: ExportOptions.opsets) func filesReadBack(opset: Int) throws {
        let model = try model(Self.net) { $0.opset = opset }
        let folder = try ExchangeFolder()
        try model.write(to: folder.path + "/a.onnx")
        try model.write(to: folder.path + "/b.onnx")
        let bytes = try readBytes(folder.path + "/a.onnx")
        #expect(try bytes == readBytes(folder.path + "/b.onnx"))
        let read = try ONNXModel(path: folder.path + "/a.onnx")
        #expect(read.opset == opset && read.producer == "unetc" && read.irVersion == model.irVersion)
        #expect(read.metadata.map(\.value) == model.metadata.map(\.value))
        #expect("\(read.graph)" == "\(model.graph)")
    }

    @Test(arguments: [[], [0], [1, 2, 3], Array("not a model at all".utf8), [0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]])
    func otherFilesAreRefused(_ bytes: [UInt8]) throws {
        let folder = try ExchangeFolder()
        try FileWriter.write(folder.path + "/a.onnx", bytes)
        let error = #expect(throws: ExchangeError.self) { try ONNXModel(path: folder.path + "/a.onnx") }
        #expect(error?.message.contains("a.onnx") == true)
    }
}
