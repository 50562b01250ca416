/// Channels of several maps as one map.
extension ONNXImporter {
    mutating func joinings(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        switch node.op {
        case "Concat":
            if let views = stacked(node) { return [.stack(views)] }
            return [.map(try joined(node))]
        case "ReduceSum": return [.map(try sum(node))]
        default: return nil
        }
    }

    /// Maps that are joined along an axis which each of them has been given in front.
    private func stacked(_ node: ONNXNode) -> [MapView]? {
        let views = node.inputs.indices.compactMap { map(node, $0) }
        guard views.count == node.inputs.count, views.count > 1, node.integer("axis", default: 1) == 0 else {
            return nil
        }
        let plain = views.compactMap { view -> MapView? in
            guard view.shape.count == 5, view.shape[0] == 1 else { return nil }
            return self.plain(MapView(statement: view.statement, shape: Array(view.shape.dropFirst()), order: .flat))
        }
        return plain.count == views.count && plain.allSatisfy({ $0.shape == plain[0].shape }) ? plain : nil
    }

    private mutating func sum(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let axes = node.integers("axes") ?? constant(node, 1)?.integers ?? []
        guard let name = node.inputs.first, case .stack(let views) = values[name], axes == [0] || axes == [-5],
            node.integer("keepdims", default: 1) == 0
        else { throw ExchangeError("the language has no sums over the axes \(axes) of a map") }
        let terms = views.indices.map { "%\($0)" }.joined(separator: " + ")
        let map = statement(of: views[0])
        return try add(terms, views, channels: map.channels, map.extent, node)
    }

    private mutating func joined(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        var views: [MapView] = []
        for position in node.inputs.indices { views.append(try anyMap(node, position)) }
        guard let first = views.first else { throw ExchangeError("it joins nothing") }
        if views.count == 1 { return first }
        let axis = node.integer("axis", default: 1)
        if views.contains(where: { $0.order != first.order || $0.order == .flat }) {
            views = []
            for position in node.inputs.indices { views.append(try plainMap(node, position)) }
        }
        guard views[0].axis(axis) == 1 else {
            throw ExchangeError("it joins along axis \(axis), and the language joins channels alone")
        }
        let maps = views.map { statement(of: $0) }
        guard maps.allSatisfy({ $0.extent == maps[0].extent }) else {
            throw ExchangeError(
                "its maps have the sizes "
                    + maps.map { "\($0.extent.height) x \($0.extent.width)" }.joined(separator: ", "),
                hint: "import at a size that all poolings divide")
        }
        let channels = maps.reduce(0) { $0 + $1.channels }
        let places = views.indices.map { "%\($0)" }.joined(separator: ", ")
        var result = try add("concat(\(places))", views, channels: channels, maps[0].extent, node)
        if case .permuted(let axes) = views[0].order {
            result = MapView(
                statement: result.statement, shape: axes.map { result.shape[$0] }, order: views[0].order)
        }
        return result
    }
}
