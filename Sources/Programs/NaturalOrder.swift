import GraphIR

extension Graph {
    /// All nodes that are no leaves as they stand in the graph, but companions directly behind their host, and each effect
    /// (an update) right after the last node that reads what it changes or makes what it reads, so that a gradient lives
    /// no longer than needed.
    ///
    /// Contract: operands come before users, and no node reads a parameter after its update.
    func naturalOrder() -> [NodeID] {
        let all = nodes
        // By parameter, the last of its readers that are no effects.
        var lastReader = [Int](repeating: -1, count: all.count)
        var effects: [Int] = []
        // Companions and effects by the place that they come behind.
        var behind: [(after: Int, step: Int)] = []
        for (index, node) in all.enumerated() {
            if node.op.isEffect {
                effects.append(index)
                continue
            }
            for operand in node.operands { lastReader[operand.index] = index }
            if let host = node.host { behind.append((host.index, index)) }
        }
        for index in effects {
            let (parameter, read) = (all[index].inputs[0].index, all[index].inputs[1].index)
            behind.append((max(lastReader[parameter] < 0 ? parameter : lastReader[parameter], read), index))
        }
        // Companions first, both in their own order.
        let order = behind.indices.sorted { (behind[$0].after, $0) < (behind[$1].after, $1) }
        var next = 0
        var steps: [NodeID] = []
        steps.reserveCapacity(all.count)
        for (index, node) in all.enumerated() {
            if !node.op.isEffect, !node.op.isLeaf, node.host == nil { steps.append(NodeID(index)) }
            while next < order.count, behind[order[next]].after == index {
                steps.append(NodeID(behind[order[next]].step))
                next += 1
            }
        }
        return steps
    }
}
