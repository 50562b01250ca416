/// Blocks that are alive during ranges of *sections*: the stretches of time between which blocks begin or end.
///
/// A section whose blocks are all alive in a neighbouring one as well asks nothing that the other does not, and is left
/// out, so that what is left are the largest sets of blocks alive together.
struct PlacementProblem {
    struct Block: Hashable {
        var size: Int
        var sections: Range<Int>
        /// Index of the request.
        var request: Int
    }

    let blocks: [Block]
    let sectionCount: Int

    /// The requests that need memory, cut into parts that have no time in common; each part is placed on its own.
    static func parts(of requests: [PlacementRequest]) -> [PlacementProblem] {
        let order = requests.indices.filter { requests[$0].needsMemory }
            .sorted { (requests[$0].first, $0) < (requests[$1].first, $1) }
        var parts: [[Int]] = []
        var end = Int.min
        for index in order {
            if parts.isEmpty || requests[index].first > end { parts.append([]) }
            parts[parts.count - 1].append(index)
            end = max(end, requests[index].last)
        }
        return parts.map { PlacementProblem($0.sorted(), of: requests) }
    }

    private init(_ indices: [Int], of requests: [PlacementRequest]) {
        let times = Set(indices.flatMap { [requests[$0].first, requests[$0].last + 1] }).sorted()
        let number = Dictionary(uniqueKeysWithValues: times.enumerated().map { ($1, $0) })
        let ranges = indices.map { index in
            (number[requests[index].first] ?? 0)..<(number[requests[index].last + 1] ?? 0)
        }
        let kept = Self.sectionsBeforeEnds(ranges, count: times.count - 1)
        blocks = zip(indices, ranges).map { index, range in
            Block(size: requests[index].size, sections: kept[range.lowerBound]..<kept[range.upperBound], request: index)
        }
        sectionCount = kept.last ?? 0
    }

    /// For each stretch of time, and for the end, how many of those before it are sections: the last ones before a block
    /// ends, since a block has begun.
    private static func sectionsBeforeEnds(_ ranges: [Range<Int>], count: Int) -> [Int] {
        var begins = [Bool](repeating: false, count: count + 1)
        var ends = begins
        for range in ranges {
            begins[range.lowerBound] = true
            ends[range.upperBound] = true
        }
        var kept = [0]
        var hasBegun = false
        for time in 0..<count {
            hasBegun = hasBegun || begins[time]
            let isLargest = hasBegun && ends[time + 1]
            if isLargest { hasBegun = false }
            kept.append((kept.last ?? 0) + (isLargest ? 1 : 0))
        }
        return kept
    }

    /// Bytes alive in each section.
    var loads: [Int] {
        var changes = [Int](repeating: 0, count: sectionCount + 1)
        for block in blocks {
            changes[block.sections.lowerBound] += block.size
            changes[block.sections.upperBound] -= block.size
        }
        var alive = 0
        return changes.dropLast().map {
            alive += $0
            return alive
        }
    }

    /// What all sizes are multiples of, and with them all totals of placements in which every block lies on the ground or
    /// on another one.
    var unit: Int { max(1, blocks.reduce(0) { greatestCommonDivisor($0, $1.size) }) }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
