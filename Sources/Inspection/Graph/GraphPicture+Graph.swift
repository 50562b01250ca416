import GraphIR

extension GraphPicture {
    /// - Parameters:
    ///   - stage: what the title says behind the graph's name.
    ///   - notes: by node, lines below the shape, such as layout, place and algorithm.
    public init(_ graph: Graph, stage: String = "graph", notes: [NodeID: [String]] = [:]) {
        let levels = graph.levels
        let results = Set(graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []))
        nodes = graph.ids.map { id in
            let node = graph[id]
            let isParameter = if case .parameter = node.op { true } else { false }
            let extra = notes[id] ?? []
            return Node(
                key: "n\(id.index)", name: node.name, lines: [node.operation, node.type.description] + extra,
                detail: ([graph.sentence(id)] + extra + node.origin.lines).joined(separator: "\n"), phase: Phase(node),
                isResult: results.contains(id), isParameter: isParameter, level: levels[id.index])
        }
        edges = graph.ids.flatMap { id in
            let node = graph[id]
            let host = node.host.map { node.inputs.contains($0) ? [] : [$0] } ?? []
            return node.inputs.map { Edge(from: $0.index, to: id.index, kind: .input) }
                + node.epilogue.flatMap(\.operands).map { Edge(from: $0.index, to: id.index, kind: .fused) }
                + host.map { Edge(from: $0.index, to: id.index, kind: .host) }
        }
        title = "\(graph.name), \(stage)"
    }
}

extension Graph {
    /// A node with its operands by name: `enc1_1 = conv(image, enc1_1.weight) then relu : [N, 64, 128, 128]`.
    func sentence(_ id: NodeID, withAttributes: Bool = false) -> String {
        let node = self[id]
        let call = { (mnemonic: String, operands: [NodeID], attributes: [Attribute]) in
            let names = operands.map { self[$0].name }.joined(separator: ", ")
            let constants = withAttributes && !attributes.isEmpty ? " " + braced(attributes) : ""
            return mnemonic + (operands.isEmpty ? "" : "(\(names))") + constants
        }
        let steps = node.epilogue.map {
            " then " + call($0.function.mnemonic, $0.operands, $0.function.attributes)
        }
        let host = node.host.map { " beside \(self[$0].name)" } ?? ""
        return "\(node.name) = \(call(node.op.mnemonic, node.inputs, node.op.attributes))\(steps.joined())\(host) : "
            + "\(node.type)"
    }

    /// By node, how often its map's height is half of that of the finest one.
    var levels: [Int] {
        let heights = nodes.map { $0.type.isBatched ? $0.type.featureMap?.height : nil }
        let finest = max(1, heights.compactMap(\.self).max() ?? 1)
        var levels = [Int](repeating: 0, count: nodes.count)
        for id in ids {
            if let height = heights[id.index], height > 0 {
                var level = 0
                // To the nearest halving, so that maps that lack a border stay beside those that have it.
                while height << level < finest - finest / 4, level < 30 { level += 1 }
                levels[id.index] = level
            } else {
                let operands = self[id].operands.filter { !self[$0].op.isLeaf }
                levels[id.index] = (operands.last ?? self[id].operands.first).map { levels[$0.index] } ?? 0
            }
        }
        return levels
    }
}

extension Origin {
    /// Where it comes from, for people.
    fileprivate var lines: [String] { (location.map { ["\($0)"] } ?? []) + (derivation.map { [$0.description] } ?? []) }
}
