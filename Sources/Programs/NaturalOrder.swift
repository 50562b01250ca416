import GraphIR

/// What the order of steps depends on, by node index.
private protocol Dependencies {
    var count: Int { get }
    func isLeaf(_ index: Int) -> Bool
    func isEffect(_ index: Int) -> Bool
    func host(_ index: Int) -> NodeID?
    func forEachOperand(_ index: Int, _ body: (NodeID) -> Void)
    /// What an effect changes, and what it reads.
    func operandsOfEffect(_ index: Int) -> (changed: NodeID, read: NodeID)
}

extension Dependencies {
    /// All nodes that are no leaves as they stand in the graph, but companions directly behind their host, and each effect
    /// (an update) right after the last node that reads what it changes or makes what it reads, so that a gradient lives
    /// no longer than needed.
    ///
    /// Contract: operands come before users, and no node reads a parameter after its update.
    fileprivate var naturalOrder: [NodeID] {
        // By parameter, the last of its readers that are no effects.
        var lastReader = [Int](repeating: -1, count: count)
        var effects: [Int] = []
        // Companions and effects by the place that they come behind.
        var behind: [(after: Int, step: Int)] = []
        for index in 0..<count {
            if isEffect(index) {
                effects.append(index)
                continue
            }
            forEachOperand(index) { lastReader[$0.index] = index }
            if let host = host(index) { behind.append((host.index, index)) }
        }
        for index in effects {
            let (parameter, read) = operandsOfEffect(index)
            let reader = lastReader[parameter.index]
            behind.append((max(reader < 0 ? parameter.index : reader, read.index), index))
        }
        // Companions first, both in their own order.
        let order = behind.indices.sorted { (behind[$0].after, $0) < (behind[$1].after, $1) }
        var next = 0
        var steps: [NodeID] = []
        steps.reserveCapacity(count)
        for index in 0..<count {
            if !isEffect(index), !isLeaf(index), host(index) == nil { steps.append(NodeID(index)) }
            while next < order.count, behind[order[next]].after == index {
                steps.append(NodeID(behind[order[next]].step))
                next += 1
            }
        }
        return steps
    }
}

extension Graph {
    /// The order in which its steps run where nothing else has been decided.
    var naturalStepOrder: [NodeID] { GraphDependencies(nodes: nodes).naturalOrder }
}

extension ProgramOutline {
    /// The same of a program that has been changed.
    package var naturalStepOrder: [NodeID] { OutlineDependencies(outline: self).naturalOrder }
}

private struct GraphDependencies: Dependencies {
    let nodes: [Node]

    var count: Int { nodes.count }
    func isLeaf(_ index: Int) -> Bool { nodes[index].op.isLeaf }
    func isEffect(_ index: Int) -> Bool { nodes[index].op.isEffect }
    func host(_ index: Int) -> NodeID? { nodes[index].host }

    func forEachOperand(_ index: Int, _ body: (NodeID) -> Void) {
        nodes[index].inputs.forEach(body)
        for step in nodes[index].epilogue { step.operands.forEach(body) }
    }

    func operandsOfEffect(_ index: Int) -> (changed: NodeID, read: NodeID) {
        (nodes[index].inputs[0], nodes[index].inputs[1])
    }
}

private struct OutlineDependencies: Dependencies {
    let outline: ProgramOutline

    var count: Int { outline.entries.count }
    func isLeaf(_ index: Int) -> Bool { !outline.entries[index].isMade }
    func isEffect(_ index: Int) -> Bool { outline.entries[index].isUpdate }
    func host(_ index: Int) -> NodeID? { outline.entries[index].host }

    func forEachOperand(_ index: Int, _ body: (NodeID) -> Void) {
        for place in outline.operandRange(NodeID(index)) { body(outline.operands[place].node) }
    }

    func operandsOfEffect(_ index: Int) -> (changed: NodeID, read: NodeID) {
        let first = outline.entries[index].firstOperand
        return (outline.operands[first].node, outline.operands[first + 1].node)
    }
}
