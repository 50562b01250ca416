import GraphIR

/// Copies a graph node by node, renaming operands, so that passes can drop, replace or reorder nodes.
struct GraphRewriter {
    private(set) var result: Graph
    private var renamed: [NodeID?]

    /// Starts an empty graph with the name and training options of `source`.
    init(source: Graph) {
        result = Graph(name: source.name)
        result.training = source.training
        renamed = Array(repeating: nil, count: source.nodes.count)
    }

    /// The place in the new graph of a node of the old one, if it has been copied.
    subscript(old: NodeID) -> NodeID? { renamed[old.index] }

    /// Appends a node whose operands are still those of the old graph, in place of old node `old`.
    /// - Parameter appended: further inputs, places in the new graph.
    mutating func copy(_ node: Node, for old: NodeID, appending appended: [NodeID] = []) {
        renamed[old.index] = insert(node, appending: appended)
    }

    /// Appends a further node whose operands are still those of the old graph; returns its place in the new one.
    @discardableResult
    mutating func insert(_ node: Node, appending appended: [NodeID] = []) -> NodeID {
        var node = node
        node.inputs = node.inputs.map(place) + appended
        node.epilogue = node.epilogue.map { FusedStep($0.function, $0.operands.map(place)) }
        node.host = node.host.map(place)
        return result.append(node)
    }

    /// Lets users of `old` read what `other` became.
    mutating func replace(_ old: NodeID, by other: NodeID) { renamed[old.index] = place(other) }

    /// Carries outputs, loss and gradients over; what has not been copied is left out.
    mutating func finish(from source: Graph) -> Graph {
        result.outputs = source.outputs.compactMap { output in
            self[output.node].map { NamedValue(output.name, $0) }
        }
        result.loss = source.loss.flatMap { self[$0] }
        result.gradients = source.gradients.compactMap { binding in
            guard let of = self[binding.of], let gradient = self[binding.gradient] else { return nil }
            return GradientBinding(of: of, gradient: gradient)
        }
        return result
    }

    private func place(_ old: NodeID) -> NodeID {
        guard let new = renamed[old.index] else {
            fatalError("pass reads \(old) before it copied it")
        }
        return new
    }
}
