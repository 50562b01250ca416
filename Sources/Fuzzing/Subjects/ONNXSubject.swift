import Base
import Exchange
import GraphDSL
import GraphIR
import TestSupport

extension FuzzSubject {
    /// The reader of ONNX files and the importer: models with broken fields, shapes, names and bytes.
    /// - Throws: what the exporter throws for the graphs that models are made of.
    public static func onnx() throws -> FuzzSubject {
        let models = try sampleModels()
        let trees = models.compactMap { WireTree($0[...]) }
        return FuzzSubject(name: "onnx", makeInput: { modelInput(trees, &$0) }, check: checkModel)
    }
}

// MARK: Inputs

/// Small models: of our own exporter, and one with the operators that only other programs write.
private func sampleModels() throws -> [[UInt8]] {
    var models: [ONNXModel] = []
    let texts = try ["unet-small", "resunet", "unet-unpool", "unet-bn"].map { name in
        let net = BundledNet.all.first { $0.name == name }
        return (try net?.text() ?? "", net?.overrides ?? [])
    }
    for (number, (text, overrides)) in texts.enumerated() {
        guard let graph = compileGraph(text: text, fileName: "fuzz.graph", overrides: overrides).graph else { continue }
        var options = ExportOptions()
        options.keepsNormalizations = number % 2 == 1
        options.opset = number == 1 ? 21 : 17
        models.append(
            try ONNXExporter.model(graph, options) { name in
                let count = graph.id(named: name).map { graph[$0].type.elementCount } ?? 0
                return Array(repeating: 0.5, count: count)
            })
    }
    models.append(foreignModel)
    return models.map(\.bytes)
}

/// Shapes that are computed, axes that are turned, maps that are padded, cut, split and resized.
private let foreignModel: ONNXModel = {
    var graph = ONNXGraph(name: "foreign")
    graph.inputs = [
        ONNXValue(name: "x", element: .float, shape: [.named("N"), .fixed(4), .fixed(8), .fixed(8)])
    ]
    graph.outputs = [
        ONNXValue(name: "y", element: .float, shape: nil), ONNXValue(name: "z", element: .float, shape: nil),
    ]
    let list = { (name: String, numbers: [Int]) in
        ONNXTensor(name: name, shape: [numbers.count], values: .integers(numbers))
    }
    let floats = { (name: String, shape: [Int]) in
        ONNXTensor(
            name: name, shape: shape, values: .floats((0..<shape.reduce(1, *)).map { Float($0 % 5) / 4 }))
    }
    graph.initializers = [
        list("axes", [2, 3]), list("starts", [1, 1]), list("ends", [-1, 7]), list("pads", [0, 0, 1, 1, 0, 0, 1, 1]),
        list("two", [2]), list("index", [2]), list("parts", [1, 3]), floats("weight", [4, 1, 3, 3]),
        floats("slope", [4, 1, 1]),
        floats("matrix", [4, 2]), floats("ones", [4]), floats("scales", [4]), list("row", [0, 2, -1]),
        floats("six", []),
    ]
    let node = { (op: String, inputs: [String], outputs: [String], attributes: [ONNXAttribute]) in
        ONNXNode(name: "n/\(op)", op: op, inputs: inputs, outputs: outputs, attributes: attributes)
    }
    let integers = { (name: String, numbers: [Int]) in ONNXAttribute(name: name, value: .integers(numbers)) }
    let integer = { (name: String, number: Int) in ONNXAttribute(name: name, value: .integer(number)) }
    graph.nodes = [
        node("Transpose", ["x"], ["t"], [integers("perm", [0, 2, 3, 1])]),
        node("Softmax", ["t"], ["s"], [integer("axis", -1)]),
        node("Transpose", ["s"], ["u"], [integers("perm", [0, 3, 1, 2])]),
        node("Conv", ["u", "weight"], ["c"], [integer("group", 4), integers("pads", [1, 1, 1, 1])]),
        node("PRelu", ["c", "slope"], ["p"], []), node("Mul", ["p", "slope"], ["m"], []),
        node("Clip", ["m", "", "six"], ["k"], []), node("Pad", ["k", "pads"], ["q"], []),
        node("Slice", ["q", "starts", "ends", "axes"], ["v"], []),
        node("Shape", ["v"], ["shape"], []), node("Gather", ["shape", "index"], ["height"], []),
        node("Mul", ["height", "two"], ["twice"], []),
        node("Concat", ["twice", "twice"], ["sizes"], [integer("axis", 0)]),
        node("Slice", ["shape", "two"], ["bad"], []),
        node("Concat", ["shape", "sizes"], ["all"], [integer("axis", 0)]),
        node("Resize", ["v", "", "", "all"], ["w"], []),
        node("Split", ["v", "parts"], ["a", "b"], [integer("axis", 1)]),
        node("GlobalAveragePool", ["v"], ["g"], []), node("Flatten", ["g"], ["f"], []),
        node("Gemm", ["f", "matrix"], ["e"], []), node("InstanceNormalization", ["v", "ones", "ones"], ["i"], []),
        node("Reshape", ["v", "row"], ["r"], []), node("Sigmoid", ["b"], ["z"], []),
        node("Add", ["i", "v"], ["y"], []),
    ]
    return ONNXModel(irVersion: 8, opset: 13, producer: "pytorch", producerVersion: "2", graph: graph)
}()

private func modelInput(_ models: [WireTree], _ random: inout SplitMix64) -> [UInt8] {
    guard var tree = models.randomElement(using: &random), let other = models.randomElement(using: &random) else {
        return []
    }
    for _ in 0..<Int.random(in: 0...6, using: &random) { tree.mutate(with: other, &random) }
    var bytes = tree.bytes
    if random.unit() < 0.3 {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard let place = bytes.indices.randomElement(using: &random) else { break }
            switch random.unit() {
            case ..<0.6: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case ..<0.8: bytes.remove(at: place)
            default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            }
        }
    }
    if random.unit() < 0.05 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
    return bytes
}

// MARK: Promises

/// A model is refused with what is wrong with it, or becomes a graph that the compiler takes, with all of its parameters.
private func checkModel(_ bytes: [UInt8]) -> FuzzOutcome {
    do {
        let model = try ONNXModel(bytes, path: "fuzz.onnx") { name, _, _ in
            throw ExchangeError("fuzz.onnx: \(name.isEmpty ? "nothing" : "a file") beside it")
        }
        let net = try ONNXImporter.net(model, path: "fuzz.onnx", ImportOptions())
        let (graph, _) = compileGraph(text: net.text, fileName: "fuzz.graph")
        guard let graph else { return .wrong("a graph that was checked does not compile") }
        let found = Set(net.tensors.map(\.name))
        for id in graph.parameters where !found.contains(graph[id].name) {
            return .wrong("the parameter \"\(graph[id].name)\" has no values")
        }
        return .accepted
    } catch let error as ExchangeError {
        if error.message.isEmpty || error.message.utf8.count > 20_000 {
            return .wrong("a message of \(error.message.utf8.count) bytes")
        }
        return .refused
    } catch {
        return .wrong("an error of another kind: \(error)")
    }
}
