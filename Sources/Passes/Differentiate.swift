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
    var differentiator = Differentiator(graph, wanted: graph.trainedParameters + (try ids(ofInputs: inputs, in: graph)))
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
struct Differentiator {
    var graph: Graph
    /// The nodes whose gradients the caller gets.
    private let wanted: [NodeID]
    private let isWanted: [Bool]
    /// Whether a parameter or asked-for input feeds the node, itself included.
    let needsGradient: [Bool]
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
    mutating func contribute(
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
        Origin(location: graph[consumer].origin.location, derivation: .backward(of: graph[consumer].name))
    }

    mutating func append(
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
