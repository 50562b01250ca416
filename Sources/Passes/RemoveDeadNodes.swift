import GraphIR

/// Drops every node that no output, loss, gradient or effect depends on.
///
/// Parameters stay, so that all plans of a graph lay them out alike, and inputs and targets do while `keepLeaves` holds,
/// since callers write them by name.
/// - Parameter keepParameters: false drops those that nothing reads, too.
public func removeDeadNodes(_ graph: Graph, keepLeaves: Bool = true, keepParameters: Bool = true) -> Graph {
    var alive = [Bool](repeating: false, count: graph.nodes.count)
    func mark(_ id: NodeID) { alive[id.index] = true }
    graph.outputs.forEach { mark($0.node) }
    graph.loss.map(mark)
    graph.gradients.forEach {
        mark($0.gradient); mark($0.of)
    }
    for id in graph.ids {
        switch graph[id].op {
        case .parameter: if keepParameters { mark(id) }
        case .input, .target: if keepLeaves { mark(id) }
        default: if graph[id].op.isEffect { mark(id) }
        }
    }
    for id in graph.ids.reversed() where alive[id.index] {
        graph[id].operands.forEach(mark)
        graph[id].host.map(mark)
    }
    var rewriter = GraphRewriter(source: graph)
    for id in graph.ids where alive[id.index] { rewriter.copy(graph[id], for: id) }
    return rewriter.finish(from: graph)
}
