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
    // By node index, how many of a value's readers have been asked for by those that sum up its channels: what has such a
    // companion, or can have none, is not asked again.
    var asked = [Int](repeating: 0, count: graph.nodes.count)
    for (id, node) in zip(graph.ids, graph.nodes) where node.epilogue.isEmpty {
        guard let operand = node.inputs.first else { continue }
        var host: NodeID?
        switch node.op {
        case .maxPool: if graph.isFree(operand, for: id) { host = operand }
        case .channelSum:
            let readers = users[operand.index]
            while host == nil, asked[operand.index] < readers.count, readers[asked[operand.index]] < id {
                let reader = readers[asked[operand.index]]
                if graph.isFree(reader, for: id) { host = reader }
                asked[operand.index] += 1
            }
        default: break
        }
        graph[id].host = host
    }
    return graph
}

extension Graph {
    /// Whether `host` can make the value of `id` and makes none of that kind yet.
    fileprivate func isFree(_ host: NodeID, for id: NodeID) -> Bool {
        canHost(host, id) && !companions(of: host).contains { self[$0].op == self[id].op }
    }
}
