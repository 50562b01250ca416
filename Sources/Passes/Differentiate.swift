import Diagnostics
import GraphIR

/// Why a graph has no gradients.
public enum DifferentiationError: Error, Hashable, Sendable {
    /// The graph holds gradients already.
    case alreadyDifferentiated
    /// The graph has neither a loss nor an output.
    case nothingToDifferentiate
    /// No input of that name; `inputs` are the ones there are.
    case unknownInput(String, inputs: [String])
    /// A parameter or asked-for input that neither the loss nor any output depends on.
    case unreached(String, location: SourceLocation?)
    /// An operator without a derivative on the way from a parameter; `reason` says why.
    case notDifferentiable(String, reason: String, location: SourceLocation?)
    /// A name of the graph that the derivatives need for themselves.
    case nameTaken(String, location: SourceLocation?)
}

extension DifferentiationError: CustomStringConvertible {
    /// In lower case, with the place in front where there is one.
    public var description: String {
        switch self {
        case .alreadyDifferentiated:
            "the graph holds gradients already; differentiate the graph as it was written"
        case .nothingToDifferentiate:
            "the graph has neither a loss nor an output; add 'loss …' or 'output NAME = …'"
        case .unknownInput(let name, let inputs):
            "no input is called '\(name)'; the inputs are: \(inputs.joined(separator: ", "))"
        case .unreached(let name, let location):
            at(location, "no loss or output depends on '\(name)', so it has no gradient; use it, or remove it")
        case .notDifferentiable(let name, let reason, let location):
            at(location, "'\(name)' cannot be differentiated: \(reason)")
        case .nameTaken(let name, let location):
            at(location, "the name '\(name)' is needed for a gradient; rename the statement")
        }
    }

    private func at(_ location: SourceLocation?, _ message: String) -> String {
        location.map { "\($0): \(message)" } ?? message
    }
}

/// Appends the backward pass: the gradients of all parameters and of the named inputs.
///
/// Needs a well-formed graph of the operators that users write, without fused steps, gradients or updates; keeps its
/// nodes as they are. The seed is `one` for a graph with a loss; else each output gets a leaf `cotangent.<output>` of
/// its type. Gradients are made in reverse topological order, consumers first. A value's gradient is called `d_<name>`
/// (`grad.<name>` for parameters and asked-for inputs) and is the sum over its consumers, whose contributions are called
/// `d_<name>.from_<consumer>`. What no parameter or asked-for input feeds gets no gradient.
/// - Parameter inputs: names of inputs whose gradients are wanted too; their bindings follow those of the parameters.
/// - Throws: `DifferentiationError`.
public func differentiate(
    _ graph: Graph, withRespectTo inputs: [String] = []
) throws(DifferentiationError) -> Graph {
    guard graph.gradients.isEmpty else { throw .alreadyDifferentiated }
    var differentiator = Differentiator(graph, wanted: graph.parameters + (try ids(ofInputs: inputs, in: graph)))
    try differentiator.run()
    return differentiator.graph
}

/// The inputs of the given names, each once.
private func ids(ofInputs names: [String], in graph: Graph) throws(DifferentiationError) -> [NodeID] {
    let inputs = graph.ids { if case .input = $0 { true } else { false } }
    var found: [NodeID] = []
    for name in names {
        guard let id = inputs.first(where: { graph[$0].name == name }) else {
            throw .unknownInput(name, inputs: inputs.map { graph[$0].name })
        }
        if !found.contains(id) { found.append(id) }
    }
    return found
}

/// The walk from the loss back to the parameters, and what it has found so far.
private struct Differentiator {
    var graph: Graph
    /// The nodes whose gradients the caller gets.
    private let wanted: [NodeID]
    private let isWanted: [Bool]
    /// Whether a parameter or asked-for input feeds the node, itself included.
    private let needsGradient: [Bool]
    private var names: Set<String>
    /// The gradients so far, by the index of their node. Only `contribute(_:to:from:isOwn:)` sets them.
    private var gradients: [Gradient?]

    /// A sum of contributions.
    private struct Gradient {
        var node: NodeID
        /// Whether the node was made for this gradient alone, and so may take its name.
        var isOwn: Bool
    }

    init(_ graph: Graph, wanted: [NodeID]) {
        self.graph = graph
        self.wanted = wanted
        var isWanted = [Bool](repeating: false, count: graph.nodes.count)
        for id in wanted { isWanted[id.index] = true }
        var needsGradient = isWanted
        for id in graph.ids where graph[id].operands.contains(where: { needsGradient[$0.index] }) {
            needsGradient[id.index] = true
        }
        self.isWanted = isWanted
        self.needsGradient = needsGradient
        self.names = Set(graph.nodes.map(\.name))
        self.gradients = Array(repeating: nil, count: graph.nodes.count)
    }

    mutating func run() throws(DifferentiationError) {
        let forward = graph.ids
        var bindings: [NodeID: NodeID] = [:]
        try seed()
        for id in forward.reversed() {
            guard needsGradient[id.index], let dy = gradients[id.index] else { continue }
            let complete = try finish(dy, of: id)
            if isWanted[id.index] { bindings[id] = complete }
            try propagate(complete, through: id)
        }
        for id in wanted {
            guard let gradient = bindings[id] else {
                throw .unreached(graph[id].name, location: graph[id].origin.location)
            }
            graph.gradients.append(GradientBinding(of: id, gradient: gradient))
        }
    }

    /// The gradients that everything starts from.
    private mutating func seed() throws(DifferentiationError) {
        if let loss = graph.loss {
            let origin = derivedOrigin(from: loss)
            let name = unused("d_\(graph[loss].name)")
            let one = graph.append(Node(op: .one, type: .scalar, name: name, origin: origin))
            contribute(one, to: loss, from: loss, isOwn: false)
            return
        }
        guard !graph.outputs.isEmpty else { throw .nothingToDifferentiate }
        for output in graph.outputs {
            let name = "cotangent.\(output.name)"
            try reserve(name)
            let origin = derivedOrigin(from: output.node)
            let value = graph[output.node].type
            let type = TensorType(value.shape, batched: value.isBatched)
            let leaf = graph.append(Node(op: .cotangent, type: type, name: name, origin: origin))
            contribute(leaf, to: output.node, from: output.node, isOwn: false)
        }
    }

    // MARK: Accumulation

    /// Adds a contribution to the gradient of a value: the only place where gradients are set.
    /// - Parameter isOwn: whether the contribution was made for this value alone.
    private mutating func contribute(
        _ contribution: NodeID, to value: NodeID, from consumer: NodeID, isOwn: Bool
    ) {
        guard let sum = gradients[value.index] else {
            gradients[value.index] = Gradient(node: contribution, isOwn: isOwn)
            return
        }
        let total = append(
            .elementwise(.add), [sum.node, contribution], type: graph[value].type,
            name: "d_\(graph[value].name).up_to_\(graph[consumer].name)", from: consumer)
        gradients[value.index] = Gradient(node: total, isOwn: true)
    }

    /// Gives a value's complete gradient its name.
    ///
    /// A gradient that also is another value's (both operands of an `add` have the result's), or a leaf, keeps the name
    /// it has; where the caller wants it, it is copied to a node of its own.
    private mutating func finish(_ gradient: Gradient, of value: NodeID) throws(DifferentiationError) -> NodeID {
        guard isWanted[value.index] else {
            if gradient.isOwn { rename(gradient.node, unused("d_\(graph[value].name)")) }
            return gradient.node
        }
        let name = "grad.\(graph[value].name)"
        try reserve(name)
        if gradient.isOwn {
            rename(gradient.node, name)
            return gradient.node
        }
        let origin = graph[gradient.node].origin
        return graph.append(
            Node(
                op: .elementwise(.scale(1)), inputs: [gradient.node], type: graph[value].type, name: name,
                origin: origin
            ))
    }

    // MARK: Names

    private func derivedOrigin(from consumer: NodeID) -> Origin {
        Origin(location: graph[consumer].origin.location, derivation: "backward of \(graph[consumer].name)")
    }

    private mutating func append(
        _ op: Op, _ inputs: [NodeID], type: TensorType, name: String, from consumer: NodeID
    ) -> NodeID {
        graph.append(
            Node(op: op, inputs: inputs, type: type, name: unused(name), origin: derivedOrigin(from: consumer)))
    }

    /// Takes the name, or the first of `name.2`, `name.3` … that is free.
    private mutating func unused(_ name: String) -> String {
        var candidate = name
        var count = 1
        while !names.insert(candidate).inserted {
            count += 1
            candidate = "\(name).\(count)"
        }
        return candidate
    }

    /// Takes a name that callers rely on.
    private mutating func reserve(_ name: String) throws(DifferentiationError) {
        guard names.insert(name).inserted else {
            let location = graph.id(named: name).flatMap { graph[$0].origin.location }
            throw .nameTaken(name, location: location)
        }
    }

    private mutating func rename(_ id: NodeID, _ name: String) {
        names.remove(graph[id].name)
        graph[id].name = name
    }
}

/// The derivatives: for each operator, what its result's gradient `dy` contributes to its operands'.
extension Differentiator {
    private mutating func propagate(_ dy: NodeID, through id: NodeID) throws(DifferentiationError) {
        let node = graph[id]
        guard node.epilogue.isEmpty else { throw notDifferentiable(id, "it is fused; differentiate before fusing") }
        let x = node.inputs
        switch node.op {
        case .input, .target, .parameter, .cotangent, .one: break
        case .conv(let g): convolution(g, dy, x, id)
        case .convTranspose(let g): transposedConvolution(g, dy, x, id)
        case .maxPool(let g): maxPool(g, dy, x, id)
        case .elementwise(let function): try elementwise(function, dy, x, id)
        case .concat: concat(dy, x, id)
        case .bceWithLogits(let weight): try loss(.bceWithLogitsGradient(positiveWeight: weight), dy, x, id)
        case .diceLoss(let smooth): try loss(.diceLossGradient(smooth: smooth), dy, x, id)
        case .batchMean: batchMean(dy, x, id)
        case .convDataGradient, .convWeightGradient, .channelSum, .maxPoolGradient, .channelSlice,
            .relayout, .bceWithLogitsGradient, .diceLossGradient, .batchMeanGradient, .update:
            throw notDifferentiable(id, "'\(node.op.mnemonic)' is not an operator that users write")
        }
    }

    private func notDifferentiable(_ id: NodeID, _ reason: String) -> DifferentiationError {
        .notDifferentiable(graph[id].name, reason: reason, location: graph[id].origin.location)
    }

    /// Contributes `op(operands)` to the gradient of a value, unless nobody needs that.
    private mutating func contribute(_ op: Op, _ operands: [NodeID], to value: NodeID, from consumer: NodeID) {
        guard needsGradient[value.index] else { return }
        let contribution = append(
            op, operands, type: graph[value].type, name: "d_\(graph[value].name).from_\(graph[consumer].name)",
            from: consumer)
        contribute(contribution, to: value, from: consumer, isOwn: true)
    }

    /// Contributes the result's own gradient to that of a value.
    private mutating func contributeUnchanged(_ dy: NodeID, to value: NodeID, from consumer: NodeID) {
        guard needsGradient[value.index] else { return }
        contribute(dy, to: value, from: consumer, isOwn: false)
    }

    /// `y = conv(x, w) + b`: `dw = convWeightGradient(dy, x)`, `db[k] = Σ dy[n, k, …]`, `dx = convDataGradient(dy, w)`
    private mutating func convolution(_ g: ConvGeometry, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.convWeightGradient(g), [dy, x[0]], to: x[1], from: id)
        if x.count == 3 { contribute(.channelSum, [dy], to: x[2], from: id) }
        contribute(.convDataGradient(g), [dy, x[1]], to: x[0], from: id)
    }

    /// `y = convDataGradient(x, w) + b`, linear in both: `⟨dy, y⟩ = ⟨conv(dy, w), x⟩ = ⟨convWeightGradient(x, dy), w⟩`, so
    /// `dw = convWeightGradient(x, dy)`, `db[c] = Σ dy[n, c, …]`, `dx = conv(dy, w)`
    private mutating func transposedConvolution(_ g: ConvGeometry, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.convWeightGradient(g), [x[0], dy], to: x[1], from: id)
        if x.count == 3 { contribute(.channelSum, [dy], to: x[2], from: id) }
        contribute(.conv(g), [dy, x[1]], to: x[0], from: id)
    }

    /// `y = max over the window of x`: `dx = Σ dy` over the windows whose maximum it is
    private mutating func maxPool(_ g: PoolGeometry, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.maxPoolGradient(g), [dy, x[0]], to: x[0], from: id)
    }

    /// `y = concat(x₀, x₁, …)`: `dxᵢ` is its channels of `dy`
    private mutating func concat(_ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        var start = 0
        for part in x {
            let channels = graph[part].type.featureMap?.channels ?? 0
            contribute(.channelSlice(start: start, count: channels), [dy], to: part, from: id)
            start += channels
        }
    }

    /// `l = loss(x, t)`: `dx = dl · ∂loss/∂x`; the target is given, not computed from what is trained
    private mutating func loss(_ gradient: Op, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) throws(DifferentiationError) {
        guard !needsGradient[x[1].index] else {
            throw notDifferentiable(id, "its target '\(graph[x[1]].name)' depends on what is differentiated")
        }
        contribute(gradient, [x[0], x[1], dy], to: x[0], from: id)
    }

    /// `y = Σ x[n] / N`: `dx[n] = dy / N`
    private mutating func batchMean(_ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.batchMeanGradient, [dy], to: x[0], from: id)
    }

    private mutating func elementwise(
        _ function: Elementwise, _ dy: NodeID, _ x: [NodeID], _ y: NodeID
    ) throws(DifferentiationError) {
        switch function {
        // y = max(x, 0): dx = dy where y > 0
        case .relu: contribute(.elementwise(.reluGradient), [dy, y], to: x[0], from: y)
        // y = x where x > 0, else slope·x: dx = dy where y > 0, else slope·dy (y and x have one sign for slope ≥ 0)
        case .leakyRelu(let slope):
            guard slope >= 0 else { throw notDifferentiable(y, "its slope \(slope) is negative; use one from 0 up") }
            contribute(.elementwise(.leakyReluGradient(slope: slope)), [dy, y], to: x[0], from: y)
        // y = 1 / (1 + e^−x): dx = dy · y · (1 − y)
        case .sigmoid: contribute(.elementwise(.sigmoidGradient), [dy, y], to: x[0], from: y)
        // y = x · s, s = sigmoid(x): dx = dy · s · (1 + x · (1 − s))
        case .silu: contribute(.elementwise(.siluGradient), [dy, x[0]], to: x[0], from: y)
        // y = tanh(x): dx = dy · (1 − y²)
        case .tanh: contribute(.elementwise(.tanhGradient), [dy, y], to: x[0], from: y)
        // y = a + b: da = dy, db = dy
        case .add:
            contributeUnchanged(dy, to: x[0], from: y)
            contributeUnchanged(dy, to: x[1], from: y)
        // y = a · b: da = dy · b, db = dy · a
        case .multiply:
            contribute(.elementwise(.multiply), [dy, x[1]], to: x[0], from: y)
            contribute(.elementwise(.multiply), [dy, x[0]], to: x[1], from: y)
        // y = factor · x: dx = factor · dy
        case .scale(let factor): contribute(.elementwise(.scale(factor)), [dy], to: x[0], from: y)
        case .reluGradient, .leakyReluGradient, .sigmoidGradient, .siluGradient, .tanhGradient:
            throw notDifferentiable(y, "'\(function.mnemonic)' is not an operator that users write")
        }
    }
}
