import GraphIR
import Programs

/// Programs in which some values are made a second time, or moved out of a larger buffer, so that memory is free in between.
///
/// Every change inserts steps whose kernels and operands are those of steps that are there already, so that all values
/// keep their bits.
extension Program {
    /// Where a node runs: companions run with their host.
    public func position(of id: NodeID) -> NodeID { graph[id].host ?? id }

    /// Where the readers of each value run, by node index, in order, each once.
    public func readerPositions() -> [[NodeID]] {
        graph.users().map { users in
            var positions: [NodeID] = []
            for position in users.map(position).sorted() where positions.last != position { positions.append(position) }
            return positions
        }
    }

    /// Makes a value again right before the node at `reader`, for that node and all behind it.
    ///
    /// What the value is made of is made again as well where nothing behind that place reads it anyway, down to `depth`
    /// steps; what lies deeper is kept longer. Operands of a concat that are still there are copied into the new one, and
    /// those that later nodes read move out of the old one, which would stay as a whole for their sake.
    ///
    /// - Parameter readers: what `readerPositions` says.
    /// - Returns: the nodes of this program that run once more, and the values that are copied: what it costs.
    public mutating func makeAgain(
        _ value: NodeID, before reader: NodeID, depth: Int, _ readers: [[NodeID]]
    ) -> RecomputationCost {
        let chain = chain(of: value, before: reader, depth: depth, readers)
        var edit = ProgramEdit(self)
        var cost = RecomputationCost(again: chain)
        for id in chain where graph[id].op == .concat {
            let end = readers[id.index].last { $0 < reader } ?? position(of: id)
            for operand in graph[id].inputs where readers[operand.index].contains(where: { $0 > end }) {
                // The new concat reads what is moved out, if it reads it at all.
                edit.moveOut(operand, after: end)
                cost.copied.append(operand)
            }
            cost.copied += graph[id].inputs.filter { !chain.contains($0) }
        }
        edit.makeAgain(chain, before: reader)
        self = edit.result()
        return cost
    }

    /// What `makeAgain` would run again, in order.
    ///
    /// - Parameter readers: what `readerPositions` says.
    public func chain(of value: NodeID, before reader: NodeID, depth: Int, _ readers: [[NodeID]]) -> [NodeID] {
        var chain: [NodeID] = []
        func visit(_ id: NodeID, _ depth: Int) {
            for operand in graph[id].operands where !chain.contains(operand) {
                let isThere = graph[operand].op.isLeaf || (readers[operand.index].last.map { $0 >= reader } ?? false)
                if !isThere && depth > 0 { visit(operand, depth - 1) }
            }
            chain.append(id)
        }
        visit(value, depth)
        return chain
    }

    /// Copies a feature map, which lies inside a larger buffer, into a place of its own behind the node at `position`; nodes behind
    /// read the copy.
    public mutating func moveOut(_ value: NodeID, after position: NodeID) -> RecomputationCost {
        var edit = ProgramEdit(self)
        edit.moveOut(value, after: position)
        self = edit.result()
        return RecomputationCost(copied: [value])
    }
}

/// What making a value again adds to a step of training.
public struct RecomputationCost: Hashable, Sendable {
    /// Nodes that run once more.
    public var again: [NodeID] = []
    /// Values that are read and written once.
    public var copied: [NodeID] = []

    public init(again: [NodeID] = [], copied: [NodeID] = []) {
        self.again = again
        self.copied = copied
    }
}

/// Steps to insert into a program, and the program with them.
private struct ProgramEdit {
    private let old: Program
    /// What to insert behind and before nodes, by node index.
    private var copiesBehind: [Int: [NodeID]] = [:]
    private var chainsBefore: [Int: [NodeID]] = [:]

    private var graph: Graph
    private var layouts: [Layout] = []
    private var steps: [Step?] = []
    private var newNames: [String] = []
    /// What a reader of an old node reads from here on.
    private var current: [NodeID] = []

    init(_ old: Program) {
        self.old = old
        graph = old.graph
    }

    /// Behind the node and its companions, which run with it.
    mutating func moveOut(_ value: NodeID, after position: NodeID) {
        copiesBehind[(old.graph.companions(of: position).last ?? position).index, default: []].append(value)
    }

    mutating func makeAgain(_ chain: [NodeID], before reader: NodeID) { chainsBefore[reader.index] = chain }

    mutating func result() -> Program {
        let count = old.graph.nodes.count
        // What stands before the first change stays as it is.
        let start = min(chainsBefore.keys.min() ?? count, copiesBehind.keys.min() ?? count)
        graph = old.graph.prefix(start)
        layouts = (0..<start).map { old.layout(of: NodeID($0)) }
        steps = (0..<start).map { old.step(NodeID($0)) }
        current = old.graph.ids
        // By old node index, the node that stands for it, which outputs and hosts mean.
        var first = current
        // What companions read is what there was when their host ran.
        var atHost: [Int: [NodeID]] = [:]
        for id in old.graph.ids[start...] {
            insertChain(chainsBefore[id.index] ?? [])
            var node = old.graph[id]
            var seen = current
            if let host = node.host {
                seen = atHost[host.index] ?? old.graph.ids
                node.host = first[host.index]
            }
            let new = append(node, of: id, reading: seen)
            first[id.index] = new
            current[id.index] = new
            if !old.graph.companions(of: id).isEmpty { atHost[id.index] = current }
            for value in copiesBehind[id.index] ?? [] { current[value.index] = insertCopy(value) }
        }
        graph.outputs = old.graph.outputs.map { NamedValue($0.name, first[$0.node.index]) }
        graph.loss = old.graph.loss.map { first[$0.index] }
        graph.gradients = old.graph.gradients.map {
            GradientBinding(of: first[$0.of.index], gradient: first[$0.gradient.index])
        }
        return Program(graph, layouts: layouts, made: steps)
    }

    private mutating func insertChain(_ chain: [NodeID]) {
        for id in chain {
            var node = old.graph[id]
            node.host = nil
            node.name = newName(node.name, "again")
            guard node.op == .concat else {
                current[id.index] = append(node, of: id, reading: current)
                continue
            }
            // Operands lie inside their concat. What is there already has a place that outlives it, and is copied.
            for (place, operand) in node.inputs.enumerated() {
                node.inputs[place] = chain.contains(operand) ? current[operand.index] : insertCopy(operand)
            }
            current[id.index] = push(node, layout: old.layout(of: id), step: old.step(id))
        }
    }

    private mutating func insertCopy(_ value: NodeID) -> NodeID {
        let source = old.graph[value]
        let node = Node(
            op: .relayout, inputs: [current[value.index]], type: source.type, name: newName(source.name, "copy"),
            origin: source.origin)
        return push(node, layout: old.layout(of: value), step: Step(node))
    }

    /// Appends a node whose operands are old ones, for which there are new ones.
    private mutating func append(_ node: Node, of id: NodeID, reading new: [NodeID]) -> NodeID {
        var node = node
        // Most nodes stay as they are; new arrays would cost more than all else here.
        if node.operands.contains(where: { new[$0.index] != $0 }) {
            node.inputs = node.inputs.map { new[$0.index] }
            node.epilogue = node.epilogue.map { FusedStep($0.function, $0.operands.map { new[$0.index] }) }
        }
        return push(node, layout: old.layout(of: id), step: old.step(id))
    }

    private mutating func push(_ node: Node, layout: Layout, step: Step?) -> NodeID {
        layouts.append(layout)
        steps.append(step)
        return graph.append(node)
    }

    private mutating func newName(_ name: String, _ suffix: String) -> String {
        var candidate = "\(name).\(suffix)"
        var number = 2
        while newNames.contains(candidate) || old.graph.id(named: candidate) != nil {
            candidate = "\(name).\(suffix)\(number)"
            number += 1
        }
        newNames.append(candidate)
        return candidate
    }
}
