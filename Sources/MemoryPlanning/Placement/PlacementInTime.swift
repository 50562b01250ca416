extension PlacementProblem {
    /// Blocks in the order in which they begin, or backwards in which they end, each into the lowest gap between those
    /// alive that holds it. It takes a time that grows with the blocks and the gaps, which are few.
    func placedInTime(backwards: Bool) -> Placement {
        let spans = blocks.map { block in
            backwards
                ? sectionCount - block.sections.upperBound..<sectionCount - block.sections.lowerBound : block.sections
        }
        // Of those that begin together the one that stays longest lies lowest.
        let order = blocks.indices.sorted {
            (spans[$0].lowerBound, -spans[$0].upperBound, -blocks[$0].size, $0)
                < (spans[$1].lowerBound, -spans[$1].upperBound, -blocks[$1].size, $1)
        }
        let byEnd = blocks.indices.sorted { (spans[$0].upperBound, $0) < (spans[$1].upperBound, $1) }
        var placement = Placement(offsets: Array(repeating: 0, count: blocks.count), total: 0)
        var free = FreeSpace()
        var ended = 0
        for index in order {
            while ended < byEnd.count, spans[byEnd[ended]].upperBound <= spans[index].lowerBound {
                let block = byEnd[ended]
                free.give(back: placement.offsets[block]..<placement.offsets[block] + blocks[block].size)
                ended += 1
            }
            placement.offsets[index] = free.take(blocks[index].size)
            placement.total = max(placement.total, placement.offsets[index] + blocks[index].size)
        }
        return placement
    }
}

/// What is free of a memory without end.
private struct FreeSpace {
    /// Ascending, none next to another or to `top`, behind which all is free.
    private var gaps: [Range<Int>] = []
    private var top = 0

    /// The lowest place for so many bytes.
    mutating func take(_ size: Int) -> Int {
        guard let index = gaps.firstIndex(where: { $0.count >= size }) else {
            defer { top += size }
            return top
        }
        let start = gaps[index].lowerBound
        if gaps[index].count == size {
            gaps.remove(at: index)
        } else {
            gaps[index] = start + size..<gaps[index].upperBound
        }
        return start
    }

    mutating func give(back range: Range<Int>) {
        var range = range
        var (low, high) = (0, gaps.count)
        while low < high {
            let middle = (low + high) / 2
            if gaps[middle].lowerBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        if low < gaps.count, gaps[low].lowerBound == range.upperBound {
            range = range.lowerBound..<gaps[low].upperBound
            gaps.remove(at: low)
        }
        if low > 0, gaps[low - 1].upperBound == range.lowerBound {
            low -= 1
            range = gaps[low].lowerBound..<range.upperBound
            gaps.remove(at: low)
        }
        // What is free up to the top belongs to the rest.
        if range.upperBound == top { top = range.lowerBound } else { gaps.insert(range, at: low) }
    }
}
