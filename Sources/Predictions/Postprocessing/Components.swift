/// Which pixels count as neighbours.
package enum Connectivity: Int, CaseIterable, Hashable, Sendable {
    /// Those above, below and beside.
    case four = 4
    /// Those at the corners as well.
    case eight = 8
}

/// The connected components of a label map, background (0) left out: neighbours of one label belong together.
///
/// Runs of equal labels along the rows are joined where they touch (union-find over runs), so that besides the map itself memory
/// goes with the number of runs.
struct Components {
    /// Pixels of equal labels side by side.
    private struct Run {
        var start: Int
        var end: Int
        var label: UInt8
        /// Of the component: a run before this one, or itself.
        var parent: Int
    }

    private var runs: [Run] = []
    /// Where each row's runs begin; one more at the end.
    private var rows: [Int] = [0]

    init(_ labels: [UInt8], width: Int, connectivity: Connectivity) {
        for row in stride(from: 0, to: labels.count, by: max(1, width)) {
            addRuns(labels, row..<row + width)
            rows.append(runs.count)
            if rows.count > 2 { join(connectivity == .eight ? 1 : 0) }
        }
    }

    private mutating func addRuns(_ labels: [UInt8], _ row: Range<Int>) {
        var x = row.lowerBound
        while x < row.upperBound {
            let label = labels[x]
            var end = x + 1
            while end < row.upperBound, labels[end] == label { end += 1 }
            if label != 0 {
                runs.append(
                    Run(start: x - row.lowerBound, end: end - row.lowerBound, label: label, parent: runs.count))
            }
            x = end
        }
    }

    /// Joins the runs of the last row with those of the row above.
    /// - Parameter reach: 1 where corners count.
    private mutating func join(_ reach: Int) {
        var upper = rows[rows.count - 3]
        var lower = rows[rows.count - 2]
        let (upperEnd, lowerEnd) = (lower, runs.count)
        func joinIfTouching(_ a: Int, _ b: Int) {
            guard a < upperEnd, b < lowerEnd, runs[a].label == runs[b].label else { return }
            if runs[a].start < runs[b].end + reach, runs[b].start < runs[a].end + reach { unite(a, b) }
        }
        while upper < upperEnd, lower < lowerEnd {
            joinIfTouching(upper, lower)
            let (a, b) = (runs[upper].end, runs[lower].end)
            if a == b {
                // Where both end, each may touch at a corner what comes behind the other.
                joinIfTouching(upper, lower + 1)
                joinIfTouching(upper + 1, lower)
            }
            if a <= b { upper += 1 }
            if b <= a { lower += 1 }
        }
    }

    private mutating func root(_ run: Int) -> Int {
        var run = run
        while runs[run].parent != run {
            runs[run].parent = runs[runs[run].parent].parent
            run = runs[run].parent
        }
        return run
    }

    private mutating func unite(_ a: Int, _ b: Int) {
        let (first, second) = (root(a), root(b))
        runs[max(first, second)].parent = min(first, second)
    }

    /// Calls `body` with each run's place in the map and the number of its component; these count from 0 in the order of
    /// their first pixels.
    private mutating func eachRun(width: Int, _ body: (Range<Int>, Int) -> Void) {
        var numbers: [Int: Int] = [:]
        for row in 0..<rows.count - 1 {
            for run in rows[row]..<rows[row + 1] {
                let root = root(run)
                let number = numbers[root] ?? numbers.count
                numbers[root] = number
                body(row * width + runs[run].start..<row * width + runs[run].end, number)
            }
        }
    }

    /// What becomes of a map: components that are kept stay, the others become background.
    /// - Parameter keeps: says which stay of the components' labels and pixels, in the order of their first pixels.
    mutating func clean(_ labels: inout [UInt8], width: Int, keeps: ([(label: UInt8, pixels: Int)]) -> [Bool]) {
        var found: [(label: UInt8, pixels: Int)] = []
        eachRun(width: width) { places, number in
            if number == found.count { found.append((labels[places.lowerBound], 0)) }
            found[number].pixels += places.count
        }
        let kept = keeps(found)
        eachRun(width: width) { places, number in
            guard !kept[number] else { return }
            for place in places { labels[place] = 0 }
        }
    }
}
