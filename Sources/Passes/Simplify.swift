import GraphIR

/// Removes multiplications by one, and maps that are the same all over a channel where they are only added to others; results
/// are the same bits.
///
/// Weighted sums of losses leave such factors behind (`1.0 * bce(…)`), as does differentiating them. The gradient of a global
/// mean is such a map, and mostly not the only gradient of what the mean was taken of.
public func simplify(_ graph: Graph) -> Graph {
    let kept = Set(graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []) + graph.gradients.map(\.gradient))
    let users = graph.users()
    var rewriter = GraphRewriter(source: graph)
    for id in graph.ids {
        let node = graph[id]
        if case .elementwise(.scale(1)) = node.op, node.epilogue.isEmpty, !kept.contains(id) {
            rewriter.replace(id, by: node.inputs[0])
        } else if let sum = graph.sumWithSpread(id, users, kept) {
            var joined = node
            joined.op = .broadcast(.apply(.add, .channels))
            joined.inputs = [sum.map]
            rewriter.copy(joined, for: id, appending: [rewriter.insert(sum.share)])
        } else {
            rewriter.copy(node, for: id)
        }
    }
    return removeDeadNodes(rewriter.finish(from: graph))
}

extension Graph {
    /// Of a sum with a map that is the same all over each channel and that nobody else reads: the other map, and what makes
    /// the channel's number.
    fileprivate func sumWithSpread(
        _ id: NodeID, _ users: [[NodeID]], _ kept: Set<NodeID>
    ) -> (map: NodeID, share: Node)? {
        let node = self[id]
        guard node.op == .elementwise(.add), node.epilogue.isEmpty, node.inputs[0] != node.inputs[1] else { return nil }
        for (position, input) in node.inputs.enumerated() where users[input.index] == [id] && !kept.contains(input) {
            guard let share = share(self[input]) else { continue }
            return (node.inputs[1 - position], share)
        }
        return nil
    }

    private func share(_ node: Node) -> Node? {
        let factor: Double
        switch node.op {
        case .broadcast(.spread): factor = 1
        case .broadcast(.spreadMean(let size)): factor = 1 / Double(size.area)
        default: return nil
        }
        guard node.epilogue.isEmpty else { return nil }
        var share = node
        share.op = .elementwise(.scale(factor))
        share.type = self[node.inputs[0]].type
        return share
    }
}
