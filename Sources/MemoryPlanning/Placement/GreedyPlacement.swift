/// Greedy placement (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020, section 4):
/// blocks in a fixed order, each at the lowest offset where nothing alive at the same time is in the way. Several orders
/// are tried and the lowest total kept; ties keep the earlier order, so that the result is a function of the requests
/// alone.
func placeGreedily(_ requests: [PlacementRequest]) -> Placement {
    var placement = Placement(offsets: Array(repeating: 0, count: requests.count), total: 0)
    for part in PlacementProblem.parts(of: requests) { placement.adopt(part.placedGreedily(), of: part) }
    return placement
}

extension Placement {
    /// Takes over where a part's blocks lie.
    mutating func adopt(_ part: Placement, of problem: PlacementProblem) {
        for (block, offset) in zip(problem.blocks, part.offsets) { offsets[block.request] = offset }
        total = max(total, part.total)
    }
}

extension PlacementProblem {
    private static let greedyOrders =
        [BlockOrder(.size, .width), BlockOrder(.width, .size), BlockOrder(.area, .size)] + BlockOrder.all

    /// Blocks that are compared with each other; of more, each is compared with the gaps there are.
    private static let comparedLimit = 4096

    /// The best greedy placement of the blocks, by block.
    func placedGreedily() -> Placement {
        guard blocks.count <= Self.comparedLimit else {
            let candidates = [false, true].map { placedInTime(backwards: $0) }
            return candidates[0].total <= candidates[1].total ? candidates[0] : candidates[1]
        }
        let bound = loads.max() ?? 0
        var best: Placement?
        for order in Self.greedyOrders {
            let candidate = placed(in: order.sorted(self))
            if best.map({ candidate.total < $0.total }) ?? true { best = candidate }
            if candidate.total == bound { break }
        }
        return best ?? Placement(offsets: [], total: 0)
    }

    private func placed(in order: [Int]) -> Placement {
        var placement = Placement(offsets: Array(repeating: 0, count: blocks.count), total: 0)
        /// Those that have a place, by their offsets.
        var placed: [Int] = []
        for index in order {
            let block = blocks[index]
            var offset = 0
            for other in placed where blocks[other].sections.overlaps(block.sections) {
                if offset + block.size <= placement.offsets[other] { break }
                offset = max(offset, placement.offsets[other] + blocks[other].size)
            }
            placement.offsets[index] = offset
            placement.total = max(placement.total, offset + block.size)
            placed.insert(index, at: placed.firstIndex { placement.offsets[$0] > offset } ?? placed.count)
        }
        return placement
    }
}
