/// A picture cut into layers: each node in one behind those of all it is made of, and what flows over several layers
/// led through each of them (Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System
/// Structures", 1981).
///
/// What flows from one node to several is led together as far as it goes, so that there is one line for each value.
struct LayeredGraph {
    /// A box, or the place where a line crosses a layer.
    struct Item {
        /// Index of the node; of lines that of their source.
        var node: Int
        var isLine: Bool
        var layer: Int
        /// The lane of the drawing: how coarse the node's map is.
        var lane: Int
        /// Items of the layer before that are connected with it, and of the layer behind.
        var before: [Int] = []
        var behind: [Int] = []
    }

    /// First the boxes, in the order of the picture's nodes, then the lines.
    private(set) var items: [Item] = []
    /// Items of each layer in their order across it.
    var layers: [[Int]]
    /// For each edge of the picture the items that it passes, from its source to its end.
    private(set) var routes: [[Int]] = []

    init(_ picture: GraphPicture) {
        let layerOfNode = Self.layers(of: picture)
        layers = Array(repeating: [], count: (layerOfNode.max() ?? -1) + 1)
        for (index, node) in picture.nodes.enumerated() {
            append(Item(node: index, isLine: false, layer: layerOfNode[index], lane: node.level))
        }
        // The line from each node, one item a layer, as far as it has been led.
        var lines = picture.nodes.indices.map { [$0] }
        for edge in picture.edges {
            let end = layerOfNode[edge.to]
            while items[lines[edge.from][lines[edge.from].count - 1]].layer < end - 1 {
                let last = lines[edge.from][lines[edge.from].count - 1]
                let next = items.count
                append(
                    Item(node: edge.from, isLine: true, layer: items[last].layer + 1, lane: items[last].lane))
                connect(last, next)
                lines[edge.from].append(next)
            }
            let route = lines[edge.from].prefix { items[$0].layer < end } + [edge.to]
            connect(route[route.count - 2], edge.to)
            routes.append(Array(route))
        }
    }

    private mutating func append(_ item: Item) {
        layers[item.layer].append(items.count)
        items.append(item)
    }

    private mutating func connect(_ early: Int, _ late: Int) {
        guard !items[early].behind.contains(late) else { return }
        items[early].behind.append(late)
        items[late].before.append(early)
    }

    /// As early as operands let a node be, by the longest way to it; then as late as its readers let it be, for what is needed
    /// late would otherwise stand far before them.
    private static func layers(of picture: GraphPicture) -> [Int] {
        var layers = [Int](repeating: 0, count: picture.nodes.count)
        let outgoing = Dictionary(grouping: picture.edges, by: \.from)
        for index in picture.nodes.indices {
            for edge in outgoing[index] ?? [] { layers[edge.to] = max(layers[edge.to], layers[index] + 1) }
        }
        for index in picture.nodes.indices.reversed() {
            if let first = (outgoing[index] ?? []).map({ layers[$0.to] }).min() { layers[index] = first - 1 }
        }
        return layers
    }
}

extension LayeredGraph {
    /// Puts the items of each layer into an order with few crossings: by lane, then by the mean position of what they are
    /// connected with (barycentre heuristic), in sweeps there and back. Ties keep their order.
    mutating func orderLayers(sweeps: Int = 12) {
        var position = [Double](repeating: 0, count: items.count)
        func number(_ layer: [Int]) {
            for (index, item) in layer.enumerated() { position[item] = Double(index) }
        }
        for layer in layers.indices {
            layers[layer] = sorted(layers[layer]) { _ in 0 }
            number(layers[layer])
        }
        for sweep in 0..<sweeps {
            let goesOn = sweep % 2 == 0
            for layer in goesOn ? Array(layers.indices) : layers.indices.reversed() {
                layers[layer] = sorted(layers[layer]) { item in
                    let neighbours = goesOn ? items[item].before : items[item].behind
                    guard !neighbours.isEmpty else { return position[item] }
                    return neighbours.reduce(0) { $0 + position[$1] } / Double(neighbours.count)
                }
                number(layers[layer])
            }
        }
    }

    private func sorted(_ layer: [Int], by key: (Int) -> Double) -> [Int] {
        let keyed = layer.enumerated().map { (place: $0, item: $1, lane: items[$1].lane, key: key($1)) }
        return keyed.sorted { ($0.lane, $0.key, $0.place) < ($1.lane, $1.key, $1.place) }.map(\.item)
    }
}
