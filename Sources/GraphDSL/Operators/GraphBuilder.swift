import Diagnostics
import GraphIR

/// How the nodes of the statement at work are named.
struct StatementNames {
    /// Stem of parameters and inner nodes: the statement's full name, such as `enc1.conv1`.
    var stem: String
    /// Name of the outermost expression's node.
    var outermost: String
}

/// Appends nodes with unique names, checked types and their place in the source.
struct GraphBuilder {
    /// Nodes of a graph, of which a training step has some three times as many: what a compiler of 2 GiB takes a minute or
    /// two for. Blocks within blocks could ask for any number.
    static let nodeLimit = 20_000

    private(set) var graph: Graph
    let file: SourceFile
    /// Names of the statement at work.
    var names = StatementNames(stem: "", outermost: "")
    /// What the graph's header says of maps that are joined.
    var sizeRule = SizeRule.exact
    private var usedNames: Set<String> = []
    /// For names that were taken when they were asked for, the number to try next.
    private var nextNumbers: [String: Int] = [:]
    /// For each node, the expression or name that makes it.
    private(set) var ranges: [SourceRange] = []
    /// For each node, whether a parameter has a part in it.
    private var trained: [Bool] = []

    init(graphName: String, file: SourceFile) {
        self.graph = Graph(name: graphName)
        self.file = file
    }

    // MARK: For operators

    /// The node that holds a call's result: named after its statement where the call is the outermost one.
    mutating func result(
        _ op: Op, _ inputs: [NodeID], of call: OperatorCall, suffix: String? = nil
    ) throws(Diagnostic) -> NodeID {
        try append(op, inputs, name: wantedName(of: call, suffix), at: call.range)
    }

    /// The name that the next result of the call will have.
    func nextName(of call: OperatorCall) -> String { free(wantedName(of: call, nil)).name }

    private func wantedName(of call: OperatorCall, _ suffix: String?) -> String {
        call.isOutermost ? names.outermost : names.stem + "." + (suffix ?? call.name)
    }

    /// A node on the way to a call's result.
    ///
    /// - Parameter derivation: why it is there, where nobody has written it.
    mutating func intermediate(
        _ op: Op, _ inputs: [NodeID], of call: OperatorCall, suffix: String, derivation: Derivation? = nil
    ) throws(Diagnostic) -> NodeID {
        let id = try append(op, inputs, name: names.stem + "." + suffix, at: call.range)
        graph[id].origin.derivation = derivation
        return id
    }

    /// `NAME.weight` and, for a bias of `biasSize` elements, `NAME.bias`.
    mutating func weightAndBias(
        _ call: OperatorCall, weight: TensorType, biasSize: Int?
    ) throws(Diagnostic) -> [NodeID] {
        try requireReasonableSize(weight, "the weight of \"\(call.name)\"", at: call.range)
        let fanIn = weight.shape.dropFirst().reduce(1, *)
        var parameters = [try parameter(.weight, weight, fanIn: fanIn, at: call.range)]
        if let biasSize { parameters.append(try parameter(.bias, .fixed([biasSize]), fanIn: fanIn, at: call.range)) }
        return parameters
    }

    /// A number for each of `channels` channels, called `NAME.` and what PyTorch calls it.
    mutating func channelParameter(
        _ kind: ParameterKind, channels: Int, of call: OperatorCall
    ) throws(Diagnostic) -> NodeID {
        try parameter(kind, .fixed([channels]), fanIn: channels, at: call.range)
    }

    /// A step that changes a parameter while training.
    mutating func effect(
        _ op: Op, _ inputs: [NodeID], of call: OperatorCall, suffix: String
    ) throws(Diagnostic) {
        _ = try append(op, inputs, name: names.stem + "." + suffix, at: call.range)
    }

    func isTarget(_ id: NodeID) -> Bool {
        if case .target = graph[id].op { true } else { false }
    }

    /// True if the value changes when parameters do.
    func isTrained(_ id: NodeID) -> Bool { trained[id.index] }

    func isTaken(_ name: String) -> Bool { usedNames.contains(name) }

    // MARK: For statements

    /// An input or target.
    mutating func leaf(_ op: Op, _ type: TensorType, name: String, at range: SourceRange) throws(Diagnostic) -> NodeID {
        try requireReasonableSize(type, "\"\(name)\"", at: range)
        try claim(name, at: range)
        return try append(Node(op: op, type: type, name: name), at: range)
    }

    mutating func addOutput(_ name: String, _ id: NodeID) { graph.outputs.append(NamedValue(name, id)) }

    /// Declares the scalar that training makes smaller, which is always called `loss`.
    mutating func setLoss(_ id: NodeID) {
        graph.loss = id
        if graph[id].name != "loss" { graph[id].name = unique("loss") }
    }

    mutating func setTraining(_ options: TrainingOptions) { graph.training = options }

    // MARK: Nodes

    private mutating func parameter(
        _ kind: ParameterKind, _ type: TensorType, fanIn: Int, at range: SourceRange
    ) throws(Diagnostic) -> NodeID {
        let name = names.stem + "." + kind.suffix
        try claim(name, at: range)
        return try append(Node(op: .parameter(kind, fanIn: fanIn), type: type, name: name), at: range)
    }

    private mutating func append(
        _ op: Op, _ inputs: [NodeID], name: String, at range: SourceRange
    ) throws(Diagnostic) -> NodeID {
        let type: TensorType
        do { type = try op.resultType(inputs.map { graph[$0].type }) } catch {
            throw Diagnostic(error.message, at: range)
        }
        try requireReasonableSize(type, "the result of \"\(op.mnemonic)\"", at: range)
        try requireReasonableWork(op, at: range)
        return try append(Node(op: op, inputs: inputs, type: type, name: unique(name)), at: range)
    }

    private mutating func append(_ node: Node, at range: SourceRange) throws(Diagnostic) -> NodeID {
        guard graph.nodes.count < Self.nodeLimit else {
            throw Diagnostic(
                "the graph has more than \(Self.nodeLimit) nodes", at: range,
                hint: "every operator and every parameter is a node; larger nets are not compiled")
        }
        var node = node
        node.origin = Origin(location: file.location(at: range.lower))
        var isTrained = node.inputs.contains { trained[$0.index] }
        if case .parameter = node.op { isTrained = true }
        trained.append(isTrained)
        ranges.append(range)
        return graph.append(node)
    }

    /// Takes a name that is a contract with files of weights or of inputs: an inner node that happens to have it gives way.
    private mutating func claim(_ name: String, at range: SourceRange) throws(Diagnostic) {
        if usedNames.contains(name), let other = graph.id(named: name) {
            guard !graph[other].op.isLeaf else {
                throw Diagnostic(
                    "\"\(name)\" would be the name of two things", at: range,
                    notes: [.init("the first one", ranges[other.index])], hint: "choose another name")
            }
            graph[other].name = unique(name)
        }
        usedNames.insert(name)
    }

    /// The name, with the first free number where it is taken.
    private mutating func unique(_ name: String) -> String {
        let free = free(name)
        if free.name != name { nextNumbers[name] = free.number + 1 }
        usedNames.insert(free.name)
        return free.name
    }

    private func free(_ name: String) -> (name: String, number: Int) {
        guard usedNames.contains(name) else { return (name, 1) }
        var number = nextNumbers[name] ?? 2
        while usedNames.contains("\(name).\(number)") { number += 1 }
        return ("\(name).\(number)", number)
    }

    /// Later stages multiply a convolution's taps, its result and the batch.
    private func requireReasonableWork(_ op: Op, at range: SourceRange) throws(Diagnostic) {
        let work: Double
        switch op {
        case .conv(let geometry), .convTranspose(let geometry): work = geometry.flopsPerSample / 2
        default: return
        }
        guard work >= 0x1p44 else { return }
        throw Diagnostic(
            "\"\(op.mnemonic)\" would take more than 2^44 multiplications for one sample", at: range,
            hint: "is a size or a factor too large?")
    }

    private func requireReasonableSize(
        _ type: TensorType, _ what: String, at range: SourceRange
    ) throws(Diagnostic) {
        var count = 1
        for dimension in type.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard !overflow, product < TensorType.elementLimit, dimension < TensorType.dimensionLimit else {
                throw Diagnostic(
                    "\(what) would have the shape \(type), which is more than 2^40 elements", at: range,
                    hint: "is a size or a factor too large?")
            }
            count = product
        }
    }
}
