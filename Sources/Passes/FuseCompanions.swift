import GraphIR

/// Lets kernels make further values while their operands are at hand: a convolution the 2 × 2 maxima of its result, a
/// weight gradient the gradient of the bias. Such a node becomes a companion of its host and has no step of its own, so
/// that the map it is made of is not read again.
///
/// Contract: nodes, operands and values stay as they are. A host comes before its companions and makes at most one by each
/// operator.
public func fuseCompanions(_ graph: Graph) -> Graph {
    var graph = graph
    let users = graph.users()
    for id in graph.ids {
        guard let operand = graph[id].inputs.first else { continue }
        let candidates = [operand] + users[operand.index].filter { $0 < id }
        graph[id].host = candidates.first { host in
            graph.canHost(host, id) && !graph.companions(of: host).contains { graph[$0].op == graph[id].op }
        }
    }
    return graph
}
