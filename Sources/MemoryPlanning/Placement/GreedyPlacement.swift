/// Greedy placement by size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020,
/// section 4): blocks in a fixed order, each at the lowest offset where nothing alive at the same time is in the way.
/// Several orders are tried and the lowest total kept; ties keep the earlier order, so that the result is a function of
/// the requests alone.
func placeGreedily(_ requests: [PlacementRequest]) -> Placement {
    let orders: [(PlacementRequest) -> (Int, Int)] = [
        { ($0.size, $0.last - $0.first) },
        { ($0.last - $0.first, $0.size) },
        { ($0.size * ($0.last - $0.first + 1), $0.size) },
    ]
    var best: Placement?
    for key in orders {
        let order = requests.indices.sorted { a, b in
            let x = key(requests[a])
            let y = key(requests[b])
            return x == y ? a < b : x > y
        }
        let candidate = place(requests, in: order)
        if best.map({ candidate.total < $0.total }) ?? true { best = candidate }
    }
    return best ?? Placement(offsets: [], total: 0)
}

private func place(_ requests: [PlacementRequest], in order: [Int]) -> Placement {
    var offsets = [Int](repeating: 0, count: requests.count)
    var placed: [Int] = []
    var total = 0
    for index in order where requests[index].needsMemory {
        let obstacles = placed.filter { requests[$0].overlapsInTime(requests[index]) }
            .map { (start: offsets[$0], end: offsets[$0] + requests[$0].size) }
            .sorted { $0.start < $1.start }
        var offset = 0
        for obstacle in obstacles {
            if offset + requests[index].size <= obstacle.start { break }
            offset = max(offset, obstacle.end)
        }
        offsets[index] = offset
        placed.append(index)
        total = max(total, offset + requests[index].size)
    }
    return Placement(offsets: offsets, total: total)
}
