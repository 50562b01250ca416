/// Intervals, of which some count at a time, to be asked for those that overlap another: `PlanVerifier`'s way around
/// comparing every value with every other.
///
/// A tree over the intervals in the order of their starts, with the furthest end of those that count below each node.
struct IntervalIndex {
    /// By place in the tree.
    private let numbers: [Int]
    private let starts: [Int]
    private let ends: [Int]
    /// By interval, its place in the tree; nil for empty ones, which overlap nothing.
    private let places: [Int?]
    /// The leaves stand behind the inner nodes; a leaf that does not count has the end `Int.min`.
    private var furthest: [Int]
    private let leaves: Int

    /// - Parameter intervals: none counts yet.
    init(_ intervals: [Range<Int>?]) {
        let order = intervals.indices.filter { !(intervals[$0]?.isEmpty ?? true) }.sorted {
            (intervals[$0]?.lowerBound ?? 0, $0) < (intervals[$1]?.lowerBound ?? 0, $1)
        }
        numbers = order
        starts = order.map { intervals[$0]?.lowerBound ?? 0 }
        ends = order.map { intervals[$0]?.upperBound ?? 0 }
        var places = [Int?](repeating: nil, count: intervals.count)
        for (place, number) in order.enumerated() { places[number] = place }
        self.places = places
        var leaves = 1
        while leaves < order.count { leaves *= 2 }
        self.leaves = leaves
        furthest = Array(repeating: Int.min, count: 2 * leaves)
    }

    /// Lets an interval count, or not.
    mutating func set(_ number: Int, _ counts: Bool) {
        guard let place = places[number] else { return }
        var node = leaves + place
        furthest[node] = counts ? ends[place] : Int.min
        while node > 1 {
            node /= 2
            let end = max(furthest[2 * node], furthest[2 * node + 1])
            guard furthest[node] != end else { return }
            furthest[node] = end
        }
    }

    /// The numbers of those that count and have a place in common with `range`, by their starts.
    func overlapping(_ range: Range<Int>) -> [Int] {
        var found: [Int] = []
        guard !range.isEmpty else { return found }
        // Behind the last one that starts early enough.
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < range.upperBound { low = middle + 1 } else { high = middle }
        }
        collect(1, first: 0, count: leaves, before: low, beyond: range.lowerBound, &found)
        return found
    }

    private func collect(
        _ node: Int, first: Int, count: Int, before limit: Int, beyond start: Int, _ found: inout [Int]
    ) {
        guard first < limit, furthest[node] > start else { return }
        guard count > 1 else { return found.append(numbers[first]) }
        let half = count / 2
        collect(2 * node, first: first, count: half, before: limit, beyond: start, &found)
        collect(2 * node + 1, first: first + half, count: half, before: limit, beyond: start, &found)
    }
}
