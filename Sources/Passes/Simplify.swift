import GraphIR

/// Removes multiplications by one; results are the same bits.
///
/// Weighted sums of losses leave such factors behind (`1.0 * bce(…)`), as does differentiating them.
public func simplify(_ graph: Graph) -> Graph {
    let kept = Set(graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []) + graph.gradients.map(\.gradient))
    var rewriter = GraphRewriter(source: graph)
    for id in graph.ids {
        let node = graph[id]
        if case .elementwise(.scale(1)) = node.op, node.epilogue.isEmpty, !kept.contains(id) {
            rewriter.replace(id, by: node.inputs[0])
        } else {
            rewriter.copy(node, for: id)
        }
    }
    return removeDeadNodes(rewriter.finish(from: graph))
}
