/// Finds the places of a layered graph's items across its layers, lane by lane.
///
/// Each item wants to be where those that it is connected with are; items of a layer keep their order and a distance. The
/// places that are nearest to what a layer wants, in the sense of least squares, follow from pooling neighbours that push
/// each other (isotonic regression; Barlow et al., "Statistical Inference under Order Restrictions", 1972).
struct LanePlacement {
    /// Between boxes side by side, and between a line and anything else.
    private static let boxGap = 18.0
    private static let lineGap = 7.0
    private static let laneGap = 40.0

    private let graph: LayeredGraph
    private let breadths: [Double]
    /// The items' middles.
    private(set) var centers: [Double]

    /// - Parameter breadths: extents of the items; 0 for lines.
    init(_ graph: LayeredGraph, breadths: [Double], sweeps: Int = 16) {
        self.graph = graph
        self.breadths = breadths
        centers = Array(repeating: 0, count: breadths.count)
        for layer in graph.layers { place(layer, at: layer.map { _ in 0 }) }
        for sweep in 0..<sweeps {
            let goesOn = sweep % 2 == 0
            for layer in goesOn ? Array(graph.layers.indices) : graph.layers.indices.reversed() {
                let items = graph.layers[layer]
                place(items, at: items.map { wish($0, goesOn) })
            }
        }
        setLanesApart()
    }

    /// The mean place of what the item is connected with in its lane, for boxes of boxes if there are any; where it is if
    /// there is nothing.
    private func wish(_ item: Int, _ goesOn: Bool) -> Double {
        let all = goesOn ? graph.items[item].before : graph.items[item].behind
        let near = all.filter { graph.items[$0].lane == graph.items[item].lane }
        let boxes = graph.items[item].isLine ? [] : near.filter { !graph.items[$0].isLine }
        let others = boxes.isEmpty ? near : boxes
        guard !others.isEmpty else { return centers[item] }
        return others.reduce(0) { $0 + centers[$1] } / Double(others.count)
    }

    /// - Parameter wishes: where the layer's items would like to be.
    private mutating func place(_ layer: [Int], at wishes: [Double]) {
        for lane in Set(layer.map { graph.items[$0].lane }).sorted() {
            let members = zip(layer, wishes).filter { graph.items[$0.0].lane == lane }
            let items = members.map(\.0)
            // Less the distances to those before, places only have to be in order.
            var offsets = [0.0]
            for (left, right) in zip(items, items.dropFirst()) {
                offsets.append(offsets[offsets.count - 1] + distance(left, right))
            }
            let wanted = zip(members, offsets).map { (value: $0.1 - $1, weight: weight($0.0)) }
            for ((item, offset), value) in zip(zip(items, offsets), nearestInOrder(wanted)) {
                centers[item] = value + offset
            }
        }
    }

    /// Boxes behind each other are what the eye follows; lines make room for them.
    private func weight(_ item: Int) -> Double { graph.items[item].isLine ? 1 : 6 }

    private func distance(_ left: Int, _ right: Int) -> Double {
        let gap = graph.items[left].isLine || graph.items[right].isLine ? Self.lineGap : Self.boxGap
        return (breadths[left] + breadths[right]) / 2 + gap
    }

    /// Moves the lanes side by side, the first at 0.
    private mutating func setLanesApart() {
        var extents: [Int: (low: Double, high: Double)] = [:]
        for (index, item) in graph.items.enumerated() {
            let (low, high) = (centers[index] - breadths[index] / 2, centers[index] + breadths[index] / 2)
            let extent = extents[item.lane] ?? (low, high)
            extents[item.lane] = (min(extent.low, low), max(extent.high, high))
        }
        var shifts: [Int: Double] = [:]
        var start = 0.0
        for lane in extents.keys.sorted() {
            guard let extent = extents[lane] else { continue }
            shifts[lane] = start - extent.low
            start += extent.high - extent.low + Self.laneGap
        }
        for (index, item) in graph.items.enumerated() { centers[index] += shifts[item.lane] ?? 0 }
    }
}

/// The numbers in ascending order that are nearest to `wishes`: pool adjacent violators.
private func nearestInOrder(_ wishes: [(value: Double, weight: Double)]) -> [Double] {
    var pools: [(value: Double, weight: Double, count: Int)] = []
    for wish in wishes {
        pools.append((wish.value, wish.weight, 1))
        while pools.count > 1, pools[pools.count - 2].value > pools[pools.count - 1].value {
            let last = pools.removeLast()
            let before = pools.removeLast()
            let weight = before.weight + last.weight
            pools.append(
                ((before.value * before.weight + last.value * last.weight) / weight, weight, before.count + last.count))
        }
    }
    return pools.flatMap { Array(repeating: $0.value, count: $0.count) }
}
