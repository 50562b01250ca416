import GraphIR
import TestSupport
import Testing

@testable import Exchange

/// Models of our own become the graphs that they were exported from, as long as they are these.
@Suite struct OriginalGraphTests {
    private static let text = """
        // A net of two levels.
        block part(x, channels) {
          conv1 = conv(x, channels, kernel: 3, padding: same, bias: false)
          return relu(batch_norm(conv1))
        }
        graph small(width = 8, size = 16) {
          input image: [3, size, size]
          target mask: [1, size, size]
          top = part(image, width)  // the first
          low = part(max_pool(top, kernel: 2), width)
          output logits = conv(concat(upsample_nearest(low, scale: 2), top), 1, kernel: 1)
          side = upsample_nearest(conv(low, 1, kernel: 1), scale: 2)
          loss bce_with_logits(logits, mask) + 0.5 * dice_loss(side, mask)
          train { optimizer: adam(lr: 1e-3) batch: 4 }
        }

        """
    private static let overrides = [(name: "width", value: "2")]

    private func model(
        _ change: (inout ExportOptions) -> Void = { $0.keepsNormalizations = true }
    ) throws -> ONNXModel {
        let graph = try compiled(Self.text, Self.overrides)
        var options = ExportOptions()
        change(&options)
        let metadata = [(ModelKey.graph, Self.text), (ModelKey.parameters, "width=2")]
        return try ONNXExporter.model(graph, options, metadata: metadata) { name in
            let count = graph.id(named: name).map { graph[$0].type.elementCount } ?? 0
            return (0..<count).map { 0.25 + Float($0 % 7) / 8 }
        }
    }

    private func outcome(
        _ model: ONNXModel, _ change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> OriginalGraph.Outcome? {
        var options = ImportOptions()
        change(&options)
        let read = try ONNXModel(model.bytes, path: "test.onnx") { _, _, _ in [] }
        return OriginalGraph.outcome(of: read, path: "test.onnx", options)
    }

    private func reason(_ outcome: OriginalGraph.Outcome?) -> String {
        if case .declined(let reason)? = outcome { reason } else { "it was restored, or there is none" }
    }

    @Test(arguments: [17, 20, 22], [false, true]) func theTextComesBack(opset: Int, isDynamic: Bool) throws {
        let model = try model {
            $0.keepsNormalizations = true
            $0.opset = opset
            $0.hasDynamicSize = isDynamic
        }
        guard case .restored(let net)? = try outcome(model) else {
            Issue.record("\(reason(try outcome(model)))")
            return
        }
        #expect(net.text == Self.text.replacing("width = 8", with: "width = 2"))
        let graph = try compiled(Self.text, Self.overrides)
        #expect(try compiled(net.text).structureHash == graph.structureHash)
        #expect(net.tensors.map(\.name) == graph.parameters.map { graph[$0].name })
        #expect(net.tensors.allSatisfy { $0.values.count == $0.shape.reduce(1, *) && $0.values.first == 0.25 })
    }

    /// Without normalisations nothing is folded, so that the default export has all parameters, too.
    @Test func aGraphWithoutNormalisationsNeedsNoFlag() throws {
        let text = "graph t { input x: [2, 4, 4]; output y = relu(conv(x, 2, kernel: 1)) }"
        let model = try ONNXExporter.model(
            try compiled(text), ExportOptions(), metadata: [(ModelKey.graph, text)]
        ) { $0.hasSuffix("weight") ? [1, 2, 3, 4] : [1, 2] }
        guard case .restored(let net)? = try outcome(model) else {
            Issue.record("not restored")
            return
        }
        #expect(net.text == text)
    }

    @Test func anotherNameIsTaken() throws {
        guard case .restored(let net)? = try outcome(try model(), { $0.name = "my net" }) else {
            Issue.record("not restored")
            return
        }
        #expect(net.text.contains("graph my_net(width = 2, size = 16)"))
    }

    @Test func foldedModelsSayWhatIsMissing() throws {
        let text = reason(try outcome(try model { $0.keepsNormalizations = false }))
        #expect(text.contains("\"top.weight\"") && text.contains("--train-form"), "\(text)")
    }

    @Test func otherModelsHaveNone() throws {
        var model = try model()
        model.metadata = []
        if let other = try outcome(model) { Issue.record("\(other)") }
    }

    @Test(arguments: ["", "graph", "graph t { input x: [1, 4, 4]; output y = unheard_of(x) }"])
    func textsThatAreNotReadAreSaid(_ text: String) throws {
        var model = try model()
        model.metadata = [(ModelKey.graph, text)]
        // A text that is empty is left out of the file.
        let found = reason(try outcome(model))
        #expect(text.isEmpty || found.contains("is not read by this version"))
    }

    @Test func anotherSizeIsAnotherGraph() throws {
        let text = reason(try outcome(try model()) { $0.size = Extent(32) })
        #expect(text.contains("another size"))
    }

    /// An activation, an attribute, a connection: the text does not say what the model computes any more.
    @Test(arguments: [0, 1, 2]) func changedModelsAreNoticed(_ change: Int) throws {
        var model = try model()
        let relu = try #require(model.graph.nodes.firstIndex { $0.op == "Relu" })
        switch change {
        case 0: model.graph.nodes[relu].op = "Sigmoid"
        case 1:
            model.graph.nodes[relu].op = "LeakyRelu"
            model.graph.nodes[relu].attributes = [ONNXAttribute(name: "alpha", value: .float(0.5))]
        default:
            let concat = try #require(model.graph.nodes.firstIndex { $0.op == "Concat" })
            model.graph.nodes[concat].inputs.reverse()
        }
        #expect(reason(try outcome(model)).contains("has been changed since it was exported"))
    }

    /// Weights that were trained on elsewhere change nothing of the graph.
    @Test func otherWeightsAreTaken() throws {
        var model = try model()
        let place = try #require(model.graph.initializers.firstIndex { $0.name == "top.conv1.weight" })
        model.graph.initializers[place].values = .floats(Array(repeating: 7, count: 2 * 3 * 9))
        guard case .restored(let net)? = try outcome(model) else {
            Issue.record("not restored")
            return
        }
        #expect(net.tensors.first { $0.name == "top.conv1.weight" }?.values.allSatisfy { $0 == 7 } == true)
    }
}
