import GraphIR

/// What there is to see of a graph: boxes with words, and what flows between them. Where they are put is for a layout to
/// say.
public struct GraphPicture: Hashable, Sendable {
    /// What a pass has done to a node.
    public enum Mark: String, Hashable, Sendable, CaseIterable {
        case added, removed, changed, absorbed
    }

    public struct Node: Hashable, Sendable {
        /// Unique in the picture, of letters and digits.
        public var key: String
        public var name: String
        /// What stands below the name.
        public var lines: [String]
        /// For people who ask.
        public var detail: String
        public var phase: Phase
        /// Whether callers read its value.
        public var isResult: Bool
        /// True for weights, biases and the like.
        public var isParameter: Bool
        /// How coarse its map is: halvings of the finest map's height. Nodes without a map are where their operands are.
        public var level: Int
        public var mark: Mark?
    }

    public enum EdgeKind: Hashable, Sendable {
        /// The operator's own operand.
        case input
        /// An operand of what is fused behind the operator.
        case fused
        /// From the host of a companion, whose kernel makes the value.
        case host
    }

    public struct Edge: Hashable, Sendable {
        /// Indices of nodes.
        public var from: Int
        public var to: Int
        public var kind: EdgeKind
    }

    public var title: String
    /// Sources of edges come before their ends.
    public var nodes: [Node]
    public var edges: [Edge]
}

extension GraphPicture {
    /// What is to be said of each node, one after the other.
    public var sentences: String { nodes.map { $0.detail + "\n" }.joined() }

    /// The nodes for which `belongs` holds, and the edges between them.
    func filtered(_ belongs: (Int) -> Bool) -> GraphPicture {
        var places = [Int?](repeating: nil, count: nodes.count)
        var kept: [Node] = []
        for index in nodes.indices where belongs(index) {
            places[index] = kept.count
            kept.append(nodes[index])
        }
        let inner = edges.compactMap { edge -> Edge? in
            guard let from = places[edge.from], let to = places[edge.to] else { return nil }
            return Edge(from: from, to: to, kind: edge.kind)
        }
        return GraphPicture(title: title, nodes: kept, edges: inner)
    }

    /// The picture without parameters, each of which hangs on a few nodes and hides what flows between those. What an
    /// operator reads of them stands in its detail.
    public var withoutParameters: GraphPicture {
        var picture = self
        for index in nodes.indices where !nodes[index].isParameter {
            let read = edges.filter { $0.to == index && nodes[$0.from].isParameter }.map { nodes[$0.from] }
            for parameter in read {
                picture.nodes[index].detail += "\nreads \(parameter.name) \(parameter.lines.last ?? "")"
            }
        }
        return picture.filtered { !nodes[$0].isParameter || nodes[$0].mark != nil }
    }

    /// The nodes that are at most `radius` edges away from one, whichever way they go.
    public func around(_ center: Int, radius: Int) -> GraphPicture {
        let isNear = nearness(to: center, radius: radius)
        return filtered { isNear[$0] }
    }

    /// By node, whether it is at most `radius` edges away from one.
    func nearness(to center: Int, radius: Int) -> [Bool] {
        var neighbours = [[Int]](repeating: [], count: nodes.count)
        for edge in edges {
            neighbours[edge.from].append(edge.to)
            neighbours[edge.to].append(edge.from)
        }
        var isNear = [Bool](repeating: false, count: nodes.count)
        isNear[center] = true
        var border = [center]
        for _ in 0..<max(0, radius) where !border.isEmpty {
            border = border.flatMap { neighbours[$0] }.filter { index in
                defer { isNear[index] = true }
                return !isNear[index]
            }
        }
        return isNear
    }
}
