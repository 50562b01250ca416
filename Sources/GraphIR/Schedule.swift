/// A graph with the order in which its nodes run.
public struct Schedule: Hashable, Sendable {
    public var graph: Graph
    /// Every node that is not a leaf, once, each after its operands.
    public var steps: [NodeID]
    /// How each node's value lies in memory, by node index.
    public var layouts: [Layout]

    /// - Parameter layouts: by node index; nil leaves every value row-major.
    public init(graph: Graph, steps: [NodeID], layouts: [Layout]? = nil) {
        self.graph = graph
        self.steps = steps
        self.layouts = layouts ?? Array(repeating: .nchw, count: graph.nodes.count)
    }

    /// True when it neither makes gradients nor updates parameters, so that they may stay as they are for many runs.
    public var isInference: Bool { graph.gradients.isEmpty && !steps.contains { graph[$0].op.isEffect } }

    /// By node index, whether a value is computed from parameters alone, so that it changes only with them.
    public var isDerived: [Bool] {
        var isFixed = [Bool](repeating: false, count: graph.nodes.count)
        var isDerived = isFixed
        for id in graph.ids {
            if case .parameter = graph[id].op { isFixed[id.index] = true }
            let operands = graph[id].operands
            guard !operands.isEmpty, !graph[id].op.isEffect, operands.allSatisfy({ isFixed[$0.index] }) else {
                continue
            }
            isFixed[id.index] = true
            isDerived[id.index] = true
        }
        return isDerived
    }

    /// The values that callers read after the last step: outputs, loss and gradients.
    public var results: [NodeID] {
        var seen = Set<NodeID>()
        let all = graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []) + graph.gradients.map(\.gradient)
        return all.filter { seen.insert($0).inserted }
    }
}
