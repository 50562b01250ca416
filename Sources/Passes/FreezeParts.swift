import GraphIR

/// The graph as it is trained while some of its parameters stay as they are (`Graph.isFrozen`).
///
/// Normalisations over the batch whose running moments are frozen normalise by these, as after training, and count nothing up.
/// Where everything that is folded is frozen they become a part of the convolution before them, as in `evaluationGraph`.
///
/// Contract: without frozen parameters the graph itself.
func freezeParts(_ graph: Graph) -> Graph {
    guard !graph.training.frozen.isEmpty else { return graph }
    let running = runningMoments(graph)
    let frozen = running.filter { $0.value.allSatisfy(graph.isFrozen) }
    var rewriter = GraphRewriter(source: graph)
    for id in graph.ids {
        var node = graph[id]
        if case .normalization(.updateRunning) = node.op, graph.isFrozen(node.inputs[0]) { continue }
        if let parameters = frozen[id] {
            node.op = .normalization(.runningMoments)
            node.inputs = parameters
        }
        rewriter.copy(node, for: id)
    }
    return removeDeadNodes(
        foldNormalization(rewriter.finish(from: graph)) { graph, operand in
            switch graph[operand].op {
            case .parameter: graph.isFrozen(operand)
            default: true
            }
        })
}
