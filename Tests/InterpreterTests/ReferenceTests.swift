import Base
import GraphIR
import Interpreter
import Passes
import TestSupport
import Testing

/// A case of `reference/ops.json`: an operator's attributes and PyTorch's numbers for it.
struct ReferenceCase: Sendable, CustomTestStringConvertible {
    var name: String
    var attributes: JSON
    /// Inputs, parameters, `out`, `cotangent` and `grad.…`, without the case's name.
    var tensors: [String: Tensor]

    var testDescription: String { name }

    /// All cases; empty where there is no reference data.
    static func all() throws -> [ReferenceCase] {
        guard let shared = sharedFolder() else { return [] }
        let metadata = try JSON(parsing: readBytes(shared + "/reference/ops.json")).object ?? [:]
        let tensors = try readSafetensors(shared + "/reference/ops.safetensors")
        return metadata.sorted { $0.key < $1.key }.map { name, attributes in
            let own = tensors.filter { $0.key.hasPrefix(name + "/") }
            let pairs = own.map { (String($0.key.dropFirst(name.utf8.count + 1)), $0.value) }
            return ReferenceCase(
                name: name, attributes: attributes, tensors: Dictionary(uniqueKeysWithValues: pairs))
        }
    }

    func integer(_ key: String) -> Int { attributes[key]?.integer ?? 0 }

    /// A height and a width, given as such or as one number for both.
    func extent(_ key: String) -> Extent {
        let list = (attributes[key]?.array ?? []).compactMap(\.integer)
        return list.count == 2 ? Extent(list[0], list[1]) : Extent(integer(key))
    }

    /// The case as a graph whose leaves are called like the case's tensors.
    func graph() throws -> Graph {
        var b = GraphBuilder(name)
        let shape = try #require(tensors["x"]).shape
        let x = b.input("x", Array(shape.dropFirst()))
        switch try #require(attributes["op"]?.string) {
        case "conv":
            let g = ConvGeometry(
                inputChannels: shape[1], input: Extent(shape[2], shape[3]), outputChannels: integer("channels"),
                kernel: extent("kernel"), stride: extent("stride"), padding: Padding(extent("padding")),
                dilation: extent("dilation"), groups: integer("groups"))
            b.output("out", try b.add(.conv(g), [x] + parameters(&b), "y"))
        case "conv_transpose":
            let out = try #require(tensors["out"]).shape
            let g = ConvGeometry(
                inputChannels: integer("channels"), input: Extent(out[2], out[3]), outputChannels: shape[1],
                output: Extent(shape[2], shape[3]), kernel: extent("kernel"), stride: extent("stride"),
                padding: Padding(extent("padding")), dilation: Extent(1), groups: 1)
            b.output("out", try b.add(.convTranspose(g), [x] + parameters(&b), "y"))
        case "max_pool":
            let y = try b.maxPool(
                x, kernel: integer("kernel"), stride: integer("stride"), padding: Padding(integer("padding")), "pool")
            b.output("out", y)
        case "bce_with_logits":
            let weight = attributes["pos_weight"]?.number ?? 1
            try b.loss(try b.add(.sampleLoss(.bceWithLogits(positiveWeight: weight)), [x, target(&b)], "per_sample"))
        case "dice_loss":
            let smooth = attributes["smooth"]?.number ?? 1
            try b.loss(try b.add(.sampleLoss(.dice(smooth: smooth)), [x, target(&b)], "per_sample"))
        case "concat": b.output("out", try b.concat([x, try second(&b)], "joined"))
        case "add": b.output("out", try b.apply(.add, [x, try second(&b)], "sum"))
        case "mul": b.output("out", try b.apply(.multiply, [x, try second(&b)], "product"))
        case "relu": b.output("out", try b.apply(.relu, [x], "result"))
        case "leaky_relu":
            b.output("out", try b.apply(.leakyRelu(slope: attributes["slope"]?.number ?? 0), [x], "result"))
        case "sigmoid": b.output("out", try b.apply(.sigmoid, [x], "result"))
        case "silu": b.output("out", try b.apply(.silu, [x], "result"))
        case "softmax": b.output("out", try b.add(.softmax, [x], "result"))
        case "batch_norm": try normalize(.batch, x, &b)
        case "group_norm": try normalize(.channels(integer("groups")), x, &b)
        case "mse": try b.loss(try b.add(.sampleLoss(.squaredError), [x, target(&b)], "per_sample"))
        case "cross_entropy": try crossEntropy(x, &b)
        case "max_unpool":
            let g = PoolGeometry(
                channels: shape[1], input: Extent(shape[2], shape[3]), kernel: extent("kernel"),
                stride: extent("kernel"))
            b.output("out", try b.add(.maxUnpool(g), [try second(&b), x], "result"))
        case let op:
            let map = try resampling(op, channels: shape[1], Extent(shape[2], shape[3]))
            b.output("out", try b.add(.resample(map), [x], "result"))
        }
        return b.graph
    }

    private func resampling(_ op: String, channels: Int, _ size: Extent) throws -> Resampling {
        let rule: Resampling.Rule
        switch op {
        case "avg_pool":
            rule = .averagePool(kernel: extent("kernel"), stride: extent("stride"), padding: Extent(0))
        case "upsample_nearest": rule = .nearest(scale: extent("scale"))
        case "upsample_bilinear":
            rule = .bilinear(
                scale: extent("scale"), alignsCorners: try #require(attributes["align_corners"]?.bool))
        case "bed_of_nails": rule = .bedOfNails(scale: extent("scale"))
        default: throw ShapeError("no graph for '\(op)'")
        }
        return Resampling(channels: channels, input: size, rule)
    }

    private func normalize(_ groups: NormalizationGroups, _ x: NodeID, _ b: inout GraphBuilder) throws {
        let moments = try b.add(.normalization(.moments(groups)), [x], "moments")
        let op = NormalizationOp.normalize(groups, epsilon: attributes["eps"]?.number ?? 0)
        b.output("out", try b.add(.normalization(op), [x, moments] + parameters(&b), "result"))
    }

    private func crossEntropy(_ x: NodeID, _ b: inout GraphBuilder) throws {
        let weights = (attributes["weights"]?.array ?? []).compactMap(\.number)
        let labels = b.classes("target", Array(try #require(tensors["target"]).shape.dropFirst()))
        let loss = ClassLoss(ignored: attributes["ignore"]?.integer, weights: weights)
        let sums = try b.add(.classLoss(.crossEntropy(loss)), [x, labels], "sums")
        b.setLoss(try b.add(.classLoss(.ratio), [sums], "loss"))
    }

    private func parameters(_ b: inout GraphBuilder) -> [NodeID] {
        ["weight", "bias"].compactMap { name in tensors[name].map { b.parameter(name, $0.shape) } }
    }

    private func target(_ b: inout GraphBuilder) throws -> NodeID {
        b.target("target", Array(try #require(tensors["target"]).shape.dropFirst()))
    }

    private func second(_ b: inout GraphBuilder) throws -> NodeID {
        b.input("y", Array(try #require(tensors["y"]).shape.dropFirst()))
    }
}

@Suite struct ReferenceTests {
    static let isAvailable = sharedFolder() != nil

    @Test(.enabled(if: isAvailable, "no folder ../shared beside the checkout"))
    func theReferenceHasCases() throws {
        #expect(try ReferenceCase.all().count >= 41)
    }

    @Test(
        .enabled(if: isAvailable, "no folder ../shared beside the checkout"),
        arguments: try ReferenceCase.all())
    func agreesWithPyTorch(_ reference: ReferenceCase) throws {
        let graph = try reference.graph()
        // What only says where maxima lie has no gradient.
        let inputs = graph.ids { $0 == .input }.map { graph[$0].name }.filter {
            reference.tensors["grad.\($0)"] != nil
        }
        let differentiated = try differentiate(graph, withRespectTo: inputs)
        #expect(verify(differentiated) == [])
        var leaves = reference.tensors
        leaves["cotangent.out"] = reference.tensors["cotangent"]
        let batch = try #require(reference.tensors["x"]).shape[0]
        let results = try interpret(differentiated, batch: batch, values: leaves)

        let out = try #require(graph.loss ?? graph.outputs.first?.node)
        let expected = try #require(reference.tensors["out"])
        #expect(mismatch("out", expected: expected, found: results[out.index], tolerance: 1e-6) == nil)
        let gradients = reference.tensors.keys.filter { $0.hasPrefix("grad.") }.sorted()
        #expect(gradients == differentiated.gradients.map { differentiated[$0.gradient].name }.sorted())
        for binding in differentiated.gradients {
            let name = differentiated[binding.gradient].name
            let expected = try #require(reference.tensors[name])
            let found = results[binding.gradient.index]
            #expect(mismatch(name, expected: expected, found: found, tolerance: 1e-6) == nil)
        }
    }
}
