import GraphIR

/// Orders the nodes: as they stand in the graph, but companions directly behind their host, and each update right after the last node that reads its parameter or
/// makes its gradient, so that a gradient lives no longer than needed.
///
/// - Parameter layouts: how each node's value lies in memory, by node index; nil leaves every value row-major.
///
/// Contract: operands come before users, and no node reads a parameter after its update.
public func scheduleSteps(_ graph: Graph, layouts: [Layout]? = nil) -> Schedule {
    var updatesAfter = [[NodeID]](repeating: [], count: graph.nodes.count)
    let users = graph.users()
    for id in graph.ids {
        guard graph[id].op.isEffect else { continue }
        let parameter = graph[id].inputs[0]
        let readers = users[parameter.index].filter { !graph[$0].op.isEffect }
        let last = max(readers.max() ?? parameter, graph[id].inputs[1])
        updatesAfter[last.index].append(id)
    }
    var steps: [NodeID] = []
    for id in graph.ids where !graph[id].op.isEffect {
        if !graph[id].op.isLeaf, graph[id].host == nil { steps += [id] + graph.companions(of: id) }
        steps += updatesAfter[id.index]
    }
    return Schedule(graph: graph, steps: steps, layouts: layouts)
}
