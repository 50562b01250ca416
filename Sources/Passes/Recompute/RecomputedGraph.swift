import GraphIR

/// A graph with its layouts in which some values are made a second time, or moved out of a larger buffer, so that memory is
/// free in between.
///
/// Every change inserts nodes whose kernels and operands are those of nodes that are there already, so that all values
/// keep their bits.
public struct RecomputedGraph: Hashable, Sendable {
    public private(set) var graph: Graph
    /// By node index.
    public private(set) var layouts: [Layout]
    /// By node index, the node of the first graph that does the same work; nil for copies.
    public private(set) var sources: [NodeID?]

    public init(_ graph: Graph, layouts: [Layout]) {
        self.graph = graph
        self.layouts = layouts
        sources = graph.ids
    }

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
    /// - Returns: the nodes of this graph that run once more, and the values that are copied: what it costs.
    public mutating func makeAgain(_ value: NodeID, before reader: NodeID, depth: Int) -> Cost {
        let readers = readerPositions()
        let chain = chain(of: value, before: reader, depth: depth, readers)
        var edit = GraphEdit(self)
        var cost = Cost(again: chain)
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

    /// Copies a value, which lies inside a larger buffer, into a place of its own behind the node at `position`; nodes behind
    /// read the copy.
    public mutating func moveOut(_ value: NodeID, after position: NodeID) -> Cost {
        var edit = GraphEdit(self)
        edit.moveOut(value, after: position)
        self = edit.result()
        return Cost(copied: [value])
    }

    /// What a change adds to a step of training.
    public struct Cost: Hashable, Sendable {
        /// Nodes that run once more.
        public var again: [NodeID] = []
        /// Values that are read and written once.
        public var copied: [NodeID] = []

        public init(again: [NodeID] = [], copied: [NodeID] = []) {
            self.again = again
            self.copied = copied
        }
    }

    fileprivate init(graph: Graph, layouts: [Layout], sources: [NodeID?]) {
        (self.graph, self.layouts, self.sources) = (graph, layouts, sources)
    }
}

/// Nodes to insert into a graph, and the graph with them.
private struct GraphEdit {
    private let old: RecomputedGraph
    private var names: Set<String>
    /// What to insert behind and before nodes, by node index.
    private var copiesBehind: [[NodeID]]
    private var chainsBefore: [[NodeID]]

    private var graph: Graph
    private var layouts: [Layout] = []
    private var sources: [NodeID?] = []
    /// What a reader of an old node reads from here on.
    private var current: [NodeID?]

    init(_ old: RecomputedGraph) {
        self.old = old
        names = Set(old.graph.nodes.map(\.name))
        copiesBehind = Array(repeating: [], count: old.graph.nodes.count)
        chainsBefore = copiesBehind
        graph = Graph(name: old.graph.name)
        graph.training = old.graph.training
        current = Array(repeating: nil, count: old.graph.nodes.count)
    }

    /// Behind the node and its companions, which run with it.
    mutating func moveOut(_ value: NodeID, after position: NodeID) {
        copiesBehind[(old.graph.companions(of: position).last ?? position).index].append(value)
    }

    mutating func makeAgain(_ chain: [NodeID], before reader: NodeID) { chainsBefore[reader.index] = chain }

    mutating func result() -> RecomputedGraph {
        // By old node index, the node that stands for it, which outputs and hosts mean.
        var first = current
        // What companions read is what there was when their host ran.
        var atHost: [Int: [NodeID?]] = [:]
        let hosts = Set(old.graph.nodes.compactMap(\.host))
        for id in old.graph.ids {
            insertChain(chainsBefore[id.index])
            var node = old.graph[id]
            let seen = node.host.flatMap { atHost[$0.index] } ?? current
            node.host = node.host.flatMap { first[$0.index] }
            let new = append(node, of: id, reading: seen)
            first[id.index] = new
            current[id.index] = new
            if hosts.contains(id) { atHost[id.index] = current }
            for value in copiesBehind[id.index] { current[value.index] = insertCopy(value) }
        }
        let place = { (id: NodeID) in first[id.index] ?? id }
        graph.outputs = old.graph.outputs.map { NamedValue($0.name, place($0.node)) }
        graph.loss = old.graph.loss.map(place)
        graph.gradients = old.graph.gradients.map {
            GradientBinding(of: place($0.of), gradient: place($0.gradient))
        }
        return RecomputedGraph(graph: graph, layouts: layouts, sources: sources)
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
                node.inputs[place] = chain.contains(operand) ? current[operand.index] ?? operand : insertCopy(operand)
            }
            current[id.index] = push(node, layout: old.layouts[id.index], source: old.sources[id.index])
        }
    }

    private mutating func insertCopy(_ value: NodeID) -> NodeID {
        let source = old.graph[value]
        let node = Node(
            op: .relayout, inputs: [current[value.index] ?? value], type: source.type,
            name: newName(source.name, "copy"), origin: source.origin)
        return push(node, layout: old.layouts[value.index], source: nil)
    }

    /// Appends a node whose operands are old ones, for which there are new ones.
    private mutating func append(_ node: Node, of id: NodeID, reading new: [NodeID?]) -> NodeID {
        var node = node
        node.inputs = node.inputs.map { new[$0.index] ?? $0 }
        node.epilogue = node.epilogue.map { FusedStep($0.function, $0.operands.map { new[$0.index] ?? $0 }) }
        return push(node, layout: old.layouts[id.index], source: old.sources[id.index])
    }

    private mutating func push(_ node: Node, layout: Layout, source: NodeID?) -> NodeID {
        layouts.append(layout)
        sources.append(source)
        return graph.append(node)
    }

    private mutating func newName(_ name: String, _ suffix: String) -> String {
        var candidate = "\(name).\(suffix)"
        var number = 2
        while !names.insert(candidate).inserted {
            candidate = "\(name).\(suffix)\(number)"
            number += 1
        }
        return candidate
    }
}
