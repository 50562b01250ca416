import GraphIR
import Passes

/// Makes an ONNX model of what a graph computes after training. Values and parameters keep their names; each family of operators has
/// an extension of its own.
package struct ONNXExporter {
    let graph: Graph
    let options: ExportOptions
    /// Of the graph as it trains.
    let momenta: [String: Double]
    /// The values of a parameter by its name, row-major.
    private let parameter: (String) throws -> [Float]
    private var result: ONNXGraph
    private var names: [NodeID: String] = [:]
    private var taken: Set<String>
    /// For the windows whose places something asks for, the value that has them.
    var places: [Pooling: String] = [:]
    private var stored: [NodeID: String] = [:]

    /// A pooling of one value.
    struct Pooling: Hashable {
        var input: NodeID
        var geometry: PoolGeometry
    }

    /// - Parameters:
    ///   - graph: as it is elaborated.
    ///   - parameter: gives a parameter's values.
    ///   - metadata: what the model says of itself, in this order.
    /// - Throws: `ExchangeError` for what ONNX has no form of, and what `parameter` throws.
    package static func model(
        _ graph: Graph, _ options: ExportOptions, metadata: [(key: String, value: String)] = [],
        parameter: @escaping (String) throws -> [Float]
    ) throws -> ONNXModel {
        let forward = inferenceGraph(graph, foldsNormalizations: !options.keepsNormalizations)
        if options.hasDynamicSize { try requireAnySize(forward) }
        var exporter = ONNXExporter(forward, options, graph.runningMomenta, parameter)
        try exporter.run()
        return ONNXModel(
            irVersion: options.irVersion, opset: options.opset, producer: "unetc", metadata: metadata,
            graph: exporter.result)
    }

    private init(
        _ graph: Graph, _ options: ExportOptions, _ momenta: [String: Double],
        _ parameter: @escaping (String) throws -> [Float]
    ) {
        self.momenta = momenta
        self.graph = graph
        self.options = options
        self.parameter = parameter
        result = ONNXGraph(name: graph.name)
        taken = Set(graph.nodes.map(\.name)).union(graph.outputs.map(\.name))
    }

    private static func requireAnySize(_ graph: Graph) throws {
        do {
            _ = try graph.sizeStep()
        } catch {
            throw ExchangeError(
                "\(error.message), so that the model has no size but the graph's", hint: "leave out --dynamic")
        }
    }

    private mutating func run() throws {
        // A value that is an output is called like it.
        for output in graph.outputs where names[output.node] == nil && !graph[output.node].op.isLeaf {
            names[output.node] = output.name
        }
        findPlaces()
        for id in graph.ids { try add(id) }
        for output in graph.outputs where names[output.node] != output.name {
            add("Identity", [value(output.node)], named: output.name, as: output.name)
        }
        result.outputs = graph.outputs.map { ONNXValue(name: $0.name, element: .float, shape: shape(of: $0.node)) }
        // What only the loss reads, so that training can go on from the model.
        if options.keepsNormalizations { for id in graph.parameters { _ = try store(parameter: id) } }
    }

    private mutating func add(_ id: NodeID) throws {
        let node = graph[id]
        guard node.epilogue.isEmpty, node.host == nil else { fatalError("exports graphs before fusion") }
        switch node.op {
        case .input:
            names[id] = node.name
            result.inputs.append(ONNXValue(name: node.name, element: .float, shape: shape(of: id)))
        // What reads them stores them, as it needs them.
        case .parameter, .layerNormalization(.moments), .normalization(.runningMoments),
            .normalization(.moments(.channels)),
            .normalization(.foldedWeight), .normalization(.foldedBias):
            break
        case .conv(let geometry): try addConvolution(id, geometry)
        case .convTranspose(let geometry): try addTransposedConvolution(id, geometry)
        case .maxPool(let geometry): addMaxPool(id, geometry)
        case .maxUnpool(let geometry): addMaxUnpool(id, geometry)
        case .resample(let map): addResampling(id, map)
        case .normalization(.normalize(let groups, let epsilon)): try addNormalization(id, groups, epsilon)
        case .normalize(let constants): addConstants(id, constants)
        case .broadcast(.apply(let function, _)):
            add(function == .add ? "Add" : "Mul", node.inputs.map(value), for: id)
        case .broadcast(.mean): add("GlobalAveragePool", [value(node.inputs[0])], for: id)
        case .broadcast(.maximum): add("GlobalMaxPool", [value(node.inputs[0])], for: id)
        case .softmax: add("Softmax", [value(node.inputs[0])], [attribute("axis", 1)], for: id)
        case .elementwise(let function): try addFunction(id, function)
        case .concat: add("Concat", node.inputs.map(value), [attribute("axis", 1)], for: id)
        case .channelSlice(let start, let count):
            addSlice(value(node.inputs[0]), from: [start], to: [start + count], axes: [1], for: id)
        case .channelPad(let before, let after):
            let pads = store("pads", [0, before, 0, 0, 0, after, 0, 0], within: id)
            add("Pad", [value(node.inputs[0]), pads], for: id)
        case .layerNormalization(.normalize): try addLayerNormalization(id)
        default:
            throw ExchangeError("\"\(node.name)\": there is no ONNX form of \(node.op.mnemonic)")
        }
    }

    // MARK: Values

    /// The name of a node's value.
    func value(_ id: NodeID) -> String { names[id] ?? graph[id].name }

    /// A name that nothing has, and that nothing will get.
    mutating func unused(_ name: String) -> String {
        var unused = name
        while !taken.insert(unused).inserted { unused += "_" }
        return unused
    }

    private func shape(of id: NodeID) -> [ONNXValue.Dimension] {
        let type = graph[id].type
        var shape = type.shape.map(ONNXValue.Dimension.fixed)
        if options.hasDynamicSize, shape.count == 3 {
            // Sizes have one name where they are one.
            let isInputSize = graph.inputExtent.map { [$0.height, $0.width] } == Array(type.shape[1...])
            let prefix = isInputSize ? "" : value(id) + "."
            (shape[1], shape[2]) = (.named(prefix + "height"), .named(prefix + "width"))
        }
        return [.named("batch")] + shape
    }

    // MARK: Nodes

    /// Adds the operator that makes a node's value.
    mutating func add(_ op: String, _ inputs: [String], _ attributes: [ONNXAttribute] = [], for id: NodeID) {
        add(op, inputs, attributes, named: graph[id].name, as: value(id))
    }

    /// Adds an operator on the way to a node's value.
    /// - Returns: the name of what it makes.
    mutating func add(
        _ op: String, _ inputs: [String], _ attributes: [ONNXAttribute] = [], within id: NodeID
    ) -> String {
        let name = unused("\(graph[id].name).\(op)")
        add(op, inputs, attributes, named: name, as: name)
        return name
    }

    private mutating func add(
        _ op: String, _ inputs: [String], _ attributes: [ONNXAttribute] = [], named name: String, as output: String
    ) {
        add(ONNXNode(name: name, op: op, inputs: inputs, outputs: [output], attributes: attributes))
    }

    mutating func add(_ node: ONNXNode) { result.nodes.append(node) }

    // MARK: Constants

    /// Stores a parameter, once.
    /// - Returns: its name.
    mutating func store(parameter id: NodeID) throws -> String {
        if let name = stored[id] { return name }
        let name = store(as: graph[id].name, shape: graph[id].type.shape, try values(of: id))
        stored[id] = name
        return name
    }

    /// Stores numbers under a name that is a node's.
    mutating func store(as name: String, shape: [Int], _ values: [Float]) -> String {
        result.initializers.append(ONNXTensor(name: name, shape: shape, values: .floats(values)))
        return name
    }

    /// Stores a constant.
    /// - Returns: its name.
    mutating func store(_ name: String, shape: [Int], _ values: ONNXTensor.Values) -> String {
        let name = unused(name)
        result.initializers.append(ONNXTensor(name: name, shape: shape, values: values))
        return name
    }

    /// Stores a list of whole numbers.
    mutating func store(_ name: String, _ numbers: [Int], within id: NodeID) -> String {
        store("\(graph[id].name).\(name)", shape: [numbers.count], .integers(numbers))
    }

    /// Stores one number.
    mutating func store(_ name: String, _ number: Double, within id: NodeID) -> String {
        store("\(graph[id].name).\(name)", shape: [], .floats([Float(number)]))
    }

    func values(of id: NodeID) throws -> [Float] { try parameter(graph[id].name) }

    // MARK: Attributes

    func attribute(_ name: String, _ number: Int) -> ONNXAttribute {
        ONNXAttribute(name: name, value: .integer(number))
    }
    func attribute(_ name: String, _ numbers: [Int]) -> ONNXAttribute {
        ONNXAttribute(name: name, value: .integers(numbers))
    }
    func attribute(_ name: String, _ number: Double) -> ONNXAttribute {
        ONNXAttribute(name: name, value: .float(Float(number)))
    }
    func attribute(_ name: String, _ text: String) -> ONNXAttribute { ONNXAttribute(name: name, value: .text(text)) }

    func attribute(_ name: String, _ extent: Extent) -> ONNXAttribute {
        attribute(name, [extent.height, extent.width])
    }
    func attribute(_ padding: Padding) -> ONNXAttribute {
        attribute("pads", [padding.top, padding.left, padding.bottom, padding.right])
    }
}
