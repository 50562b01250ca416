/// A graph with the order in which its nodes run.
public struct Schedule: Hashable, Sendable {
    public var graph: Graph
    /// Every node that is not a leaf, once, each after its operands.
    public var steps: [NodeID]

    public init(graph: Graph, steps: [NodeID]) {
        self.graph = graph
        self.steps = steps
    }

    /// The values that callers read after the last step: outputs, loss and gradients.
    public var results: [NodeID] {
        var seen = Set<NodeID>()
        let all = graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []) + graph.gradients.map(\.gradient)
        return all.filter { seen.insert($0).inserted }
    }
}
