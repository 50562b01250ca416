import Diagnostics
import GraphDSL
import GraphIR
import TestSupport
import Testing

@Suite struct BundledGraphTests {
    /// The seed's net: name, input channels and output channels of each layer in units of the width (0: a constant).
    private static let layers: [(name: String, input: Int, output: Int, kernel: Int)] = [
        ("enc1_1", 0, 1, 3), ("enc1_2", 1, 1, 3), ("enc2_1", 1, 2, 3), ("enc2_2", 2, 2, 3), ("enc3_1", 2, 4, 3),
        ("enc3_2", 4, 4, 3), ("enc4_1", 4, 8, 3), ("enc4_2", 8, 8, 3), ("enc5_1", 8, 16, 3), ("enc5_2", 16, 8, 3),
        ("upsample4", 8, 8, 2), ("dec4_1", 16, 8, 3), ("dec4_2", 8, 4, 3), ("upsample3", 4, 4, 2),
        ("dec3_1", 8, 4, 3), ("dec3_2", 4, 2, 3), ("upsample2", 2, 2, 2), ("dec2_1", 4, 2, 3), ("dec2_2", 2, 1, 3),
        ("upsample1", 1, 1, 2), ("dec1_1", 2, 1, 3), ("dec1_2", 1, 1, 3), ("dec1_3", 1, 0, 1),
    ]

    private static func expectedParameters(width: Int) -> [String] {
        layers.flatMap { layer in
            let input = layer.input == 0 ? 3 : layer.input * width
            let output = layer.output == 0 ? 1 : layer.output * width
            // A transposed convolution's weight is [in, out, …]; here both are equal.
            return [
                "\(layer.name).weight: [\(output), \(input), \(layer.kernel), \(layer.kernel)]",
                "\(layer.name).bias: [\(output)]",
            ]
        }
    }

    @Test(arguments: [(64, 128), (8, 64), (16, 32)])
    func unetHasTheSeedsParametersAndShapes(width: Int, size: Int) throws {
        let graph = try compiled(
            repositoryText("graphs/unet.graph"), [("width", "\(width)"), ("size", "\(size)")])
        #expect(graph.name == "unet")
        #expect(parameterList(graph) == Self.expectedParameters(width: width))
        #expect(graph.outputs.map(\.name) == ["logits"])
        #expect(graph.outputs.map { graph[$0.node].name } == ["dec1_3"])
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched([1, size, size])])
        #expect(graph.loss.map { graph[$0].name } == "loss")
        #expect(graph.loss.map { graph[$0].type } == .scalar)
        let bottom = try #require(graph.id(named: "enc5_2"))
        #expect(graph[bottom].type == .batched([8 * width, size / 16, size / 16]))
    }

    @Test func unetHas23MillionParametersAndTheTextsTrainingOptions() throws {
        let graph = try compiled(repositoryText("graphs/unet.graph"))
        #expect(graph.parameters.reduce(0) { $0 + graph[$1].type.elementCount } == 23_371_265)
        #expect(graph.training.optimizer == .adam(learningRate: 1e-4))
        #expect(graph.training.batch == 16)
        #expect(graph.training.epochs == 20)
        #expect(graph.training.initialValues == .he)
    }

    @Test func fanInOfWeightAndBiasIsPyTorchs() throws {
        let graph = try compiled(repositoryText("graphs/unet.graph"), [("width", "8")])
        let expected = ["enc1_1": 27, "enc5_2": 128 * 9, "upsample4": 64 * 4, "dec1_3": 8]
        for name in expected.keys.sorted() {
            for suffix in ["weight", "bias"] {
                let id = try #require(graph.id(named: "\(name).\(suffix)"))
                guard case .parameter(let kind, let fanIn) = graph[id].op else {
                    Issue.record("\(name).\(suffix) is no parameter")
                    continue
                }
                #expect(kind.rawValue == suffix)
                #expect(fanIn == expected[name], "\(name).\(suffix)")
            }
        }
    }

    @Test func smallUnetNamesWhatIsInItsBlocks() throws {
        let graph = try compiled(repositoryText("graphs/unet-small.graph"))
        let layers = [
            "enc1.conv1", "enc1.conv2", "enc2.conv1", "enc2.conv2", "enc3.conv1", "enc3.conv2", "dec2.upsample",
            "dec2.conv1", "dec2.conv2", "dec1.upsample", "dec1.conv1", "dec1.conv2", "logits",
        ]
        #expect(
            graph.parameters.map { graph[$0].name } == layers.flatMap { ["\($0).weight", "\($0).bias"] })
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched([1, 64, 64])])
    }

    @Test func everyFileOfTheFolderIsTested() throws {
        #expect(try fileNames(in: checkoutFolder() + "/graphs") == BundledNet.all.map { $0.name + ".graph" }.sorted())
    }

    @Test(arguments: BundledNet.all)
    func theSameTextGivesTheSameGraph(net: BundledNet) throws {
        let text = try net.text()
        #expect(try compiled(text).text == compiled(text).text)
        #expect(compileGraph(text: text, fileName: net.path).diagnostics == [])
        let small = compileGraph(text: text, fileName: net.path, overrides: net.overrides)
        #expect(small.graph != nil && small.diagnostics == [])
    }

    @Test(arguments: BundledNet.all)
    func textsAreLaidOutCanonically(net: BundledNet) throws {
        let text = try net.text()
        guard case .formatted(let canonical) = formatGraph(SourceFile(name: net.path, text: text)) else {
            Issue.record("\(net) cannot be formatted")
            return
        }
        #expect(canonical == text)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
        #expect(text.hasPrefix("// "), "a file begins with what it shows")
    }

    @Test(arguments: BundledCounts.all)
    func parametersAreAsCountedByHand(_ counts: BundledCounts) throws {
        let graph = try compiled(repositoryText("graphs/\(counts.name).graph"))
        #expect(graph.parameters.reduce(0) { $0 + graph[$1].type.elementCount } == counts.parameters)
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched(counts.output)])
    }

    @Test func theBottomIsWhereItShouldBe() throws {
        let bottoms = [
            ("unet-valid", "enc5.conv2", [256, 10, 10]), ("unet-unpool", "low.second.norm1", [128, 8, 8]),
            ("autoencoder", "code", [64, 8, 8]), ("unet-camvid", "enc5", [256, 9, 12]),
        ]
        for (name, node, shape) in bottoms {
            let graph = try compiled(repositoryText("graphs/\(name).graph"))
            let id = try #require(graph.id(named: node), "\(name) has no \(node)")
            #expect(graph[id].type == .batched(shape), "\(name)")
        }
    }
}
