import GraphIR

/// What has become of a graph between two stages. Nodes are the same where their names are: names are unique in a graph, and
/// passes keep them.
public struct GraphComparison: Hashable, Sendable {
    /// A node of one or both graphs.
    public struct Entry: Hashable, Sendable {
        public var name: String
        /// nil for a node that has stayed as it was.
        public var mark: GraphPicture.Mark?
        /// The node as it was and as it is, in one line each; nil where it is not.
        public var before: String?
        public var after: String?
        /// For what has been absorbed, the node that computes it now.
        public var absorbedInto: String?
    }

    public var title: String
    /// The nodes of the later graph in its order; what is not there any more stands before its first reader.
    public var entries: [Entry]
    /// What the later graph's nodes read and, for those that are gone, what the earlier one's did; indices of entries.
    public var edges: [GraphPicture.Edge]
    private var nodes: [GraphPicture.Node]

    /// Compares a stage with a later one, or any two graphs.
    /// - Parameter names: what the two are called in the title; nil calls them by their stages.
    /// - Returns: nil for stages without a graph.
    public init?(_ before: StageDump, _ after: StageDump, names: (before: String, after: String)? = nil) {
        guard let earlier = ComparedGraph(before), let later = ComparedGraph(after) else { return nil }
        title = "\(later.graph.name), \(names?.before ?? before.stage) to \(names?.after ?? after.stage)"
        let order = Self.order(earlier.graph, later.graph)
        let absorbers = earlier.absorbers(in: later)
        entries = order.map { Self.entry($0, earlier, later, absorbers) }
        let pictures = (GraphPicture(earlier.graph), GraphPicture(later.graph))
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        nodes = order.enumerated().map { index, name in
            let id = later.ids[name]
            var node =
                id.map { pictures.1.nodes[$0.index] }
                ?? earlier.ids[name].map { pictures.0.nodes[$0.index] } ?? pictures.1.nodes[0]
            node.key = "n\(index)"
            return node
        }
        // An edge against the order would be a circle: something that is gone hung on what has moved behind it.
        let isGone = { (name: String) in later.ids[name] == nil }
        edges =
            earlier.edges(pictures.0, places) { isGone($0) || isGone($1) }
            + later.edges(pictures.1, places) { _, _ in true }
        for index in entries.indices {
            nodes[index].mark = entries[index].mark
            nodes[index].detail = entries[index].words.joined(separator: "\n")
        }
    }

    /// The comparison as boxes, coloured by what has happened to them.
    public var picture: GraphPicture { GraphPicture(title: title, nodes: nodes, edges: edges) }

    /// Names of the later graph, with those that are gone before their first reader.
    private static func order(_ before: Graph, _ after: Graph) -> [String] {
        var order = after.nodes.map(\.name)
        let known = Set(order)
        let users = before.users()
        for id in before.ids.reversed() where !known.contains(before[id].name) {
            let readers = Set(users[id.index].map { before[$0].name })
            order.insert(before[id].name, at: order.firstIndex { readers.contains($0) } ?? order.count)
        }
        return order
    }

    private static func entry(
        _ name: String, _ before: ComparedGraph, _ after: ComparedGraph, _ absorbers: [String: String]
    ) -> Entry {
        let isSame = before.line(name, withAttributes: true) == after.line(name, withAttributes: true)
        // Constants make long lines, and passes seldom change them.
        let needsAttributes = !isSame && before.line(name) == after.line(name)
        var entry = Entry(
            name: name, before: before.line(name, withAttributes: needsAttributes),
            after: after.line(name, withAttributes: needsAttributes))
        if entry.before == nil {
            entry.mark = .added
        } else if entry.after == nil {
            entry.absorbedInto = absorbers[name]
            entry.mark = entry.absorbedInto == nil ? .removed : .absorbed
        } else if !isSame {
            entry.mark = .changed
        }
        return entry
    }
}

/// A graph as comparisons see it: nodes by name, in words that do not depend on how nodes are numbered.
private struct ComparedGraph {
    let graph: Graph
    let ids: [String: NodeID]
    private let layouts: [NodeID: String]
    /// Nodes without a step of their own, whose value lies where it belongs already.
    private let inPlace: Set<NodeID>

    init?(_ dump: StageDump) {
        guard let graph = dump.graph else { return nil }
        self.graph = graph
        ids = Dictionary(graph.ids.map { (graph[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
        layouts = dump.program?.notes ?? [:]
        if case .planned(let listing, _) = dump {
            let executed = Set(listing.plan.steps)
            inPlace = Set(listing.plan.program.steps.filter { graph[$0].host == nil && !executed.contains($0) })
        } else {
            inPlace = []
        }
    }

    func line(_ name: String, withAttributes: Bool = false) -> String? {
        ids[name].map { id in
            graph.sentence(id, withAttributes: withAttributes) + (layouts[id].map { " in \($0)" } ?? "")
                + (inPlace.contains(id) ? ", in place" : "")
        }
    }

    /// The edges that count by the names of their ends, between places in a list of names.
    func edges(
        _ picture: GraphPicture, _ places: [String: Int], where counts: (String, String) -> Bool
    ) -> [GraphPicture.Edge] {
        picture.edges.compactMap { edge in
            let (source, end) = (picture.nodes[edge.from].name, picture.nodes[edge.to].name)
            guard let from = places[source], let to = places[end], from < to, counts(source, end) else { return nil }
            return GraphPicture.Edge(from: from, to: to, kind: edge.kind)
        }
    }

    /// By name of a node that is not in the later graph, the node there that does what it did: a reader of it that now reads
    /// what it read, or what it read, with its function fused behind.
    func absorbers(in later: ComparedGraph) -> [String: String] {
        var absorbers: [String: String] = [:]
        let users = graph.users()
        // Readers first, for they may have been absorbed as well.
        for id in graph.ids.reversed() where later.ids[graph[id].name] == nil {
            let operands = Set(graph[id].operands.map { graph[$0].name })
            let readers = users[id.index].compactMap { reader -> String? in
                let name = graph[reader].name
                return later.ids[name] == nil ? absorbers[name] : name
            }
            let reader = readers.first { name in
                guard let now = later.ids[name] else { return false }
                return later.graph[now].operands.contains { operands.contains(later.graph[$0].name) }
            }
            if let absorber = reader ?? operandAbsorbing(id, in: later) { absorbers[graph[id].name] = absorber }
        }
        return absorbers
    }

    private func operandAbsorbing(_ id: NodeID, in later: ComparedGraph) -> String? {
        let function = graph[id].op.mnemonic
        let count = { (node: Node) in node.epilogue.filter { $0.function.mnemonic == function }.count }
        return graph[id].operands.first { operand in
            guard let now = later.ids[graph[operand].name] else { return false }
            return count(later.graph[now]) > count(graph[operand])
        }.map { graph[$0].name }
    }
}
