/// Rows of floats `[channels, width]` that come one after another, brought to another size.
///
/// A triangle filter, as wide as a step of the coarser grid: between the centres of pixels it interpolates when a map
/// grows, and it averages when one shrinks. Holds the few rows that the next result needs.
package struct RowResampler {
    private let channels: Int
    private let columns: TriangleTaps
    private let rows: TriangleGrid
    private let width: Int
    /// The rows that are still needed, the first of which is row `firstHeld`.
    private var held: [[Float]] = []
    private var firstHeld = 0
    /// The next result, and what it is made of. There may be more results than memory for what all are made of.
    private var next = 0
    private var nextRow: TriangleGrid.Taps
    private var blended: [Float]
    private var result: [Float]

    /// All sizes are positive.
    package init(channels: Int, from old: PictureSize, to new: PictureSize) {
        self.channels = channels
        width = old.width
        columns = TriangleTaps(from: old.width, to: new.width)
        rows = TriangleGrid(from: old.height, to: new.height)
        nextRow = rows.taps(0)
        blended = [Float](repeating: 0, count: channels * old.width)
        result = [Float](repeating: 0, count: channels * new.width)
    }

    /// Takes the next row, `[channels, old width]`, and hands on the results that it completes, `[channels, new width]`
    /// each, from the top.
    package mutating func push(
        _ row: UnsafeBufferPointer<Float>, emit: (UnsafeBufferPointer<Float>) throws -> Void
    ) rethrows {
        held.append(Array(row))
        let arrived = firstHeld + held.count
        while next < rows.count, nextRow.range.upperBound <= arrived {
            blendRows()
            blendColumns()
            next += 1
            if next < rows.count { nextRow = rows.taps(next) }
            try result.withUnsafeBufferPointer(emit)
        }
        let needed = next < rows.count ? min(nextRow.range.lowerBound, arrived) : arrived
        held.removeFirst(needed - firstHeld)
        firstHeld = needed
    }

    private mutating func blendRows() {
        for (tap, row) in nextRow.range.enumerated() {
            let weight = nextRow.weights[tap]
            let source = held[row - firstHeld]
            for i in blended.indices { blended[i] = tap == 0 ? source[i] * weight : blended[i] + source[i] * weight }
        }
    }

    private mutating func blendColumns() {
        let newWidth = columns.count
        blended.withUnsafeBufferPointer { blended in
            result.withUnsafeMutableBufferPointer { result in
                for place in 0..<newWidth {
                    let range = columns[place]
                    for channel in 0..<channels {
                        let start = channel * width + range.lowerBound
                        var sum = blended[start] * columns.weight(place, 0)
                        for tap in 1..<max(1, range.count) { sum += blended[start + tap] * columns.weight(place, tap) }
                        result[channel * newWidth + place] = sum
                    }
                }
            }
        }
    }
}

/// How the places of a new grid are made of those of an old one.
private struct TriangleGrid {
    let count: Int
    let capacity: Int
    private let old: Int
    private let scale: Double
    private let reach: Double

    /// The places of the old grid that one of the new is made of, and how much of each.
    struct Taps {
        var range: Range<Int>
        var weights: [Float]
    }

    init(from old: Int, to new: Int) {
        self.old = old
        scale = Double(old) / Double(new)
        reach = max(scale, 1)
        capacity = 2 * Int(reach.rounded(.up)) + 1
        count = new
    }

    func taps(_ place: Int) -> Taps {
        let center = (Double(place) + 0.5) * scale
        var range = max(Int(center - reach + 0.5), 0)..<min(Int(center + reach + 0.5), old)
        var parts = range.map { max(1 - abs((Double($0) + 0.5 - center) / reach), 0) }
        // What counts for nothing is not waited for.
        while parts.count > 1, parts.last == 0 {
            parts.removeLast()
            range = range.dropLast()
        }
        while parts.count > 1, parts.first == 0 {
            parts.removeFirst()
            range = range.dropFirst()
        }
        let sum = parts.reduce(0, +)
        return Taps(range: range, weights: parts.map { Float($0 / sum) })
    }
}

/// The taps of all places along a row.
private struct TriangleTaps {
    let count: Int
    private let ranges: [Range<Int>]
    private let weights: [Float]
    private let capacity: Int

    init(from old: Int, to new: Int) {
        let grid = TriangleGrid(from: old, to: new)
        capacity = grid.capacity
        count = new
        var ranges: [Range<Int>] = []
        var weights = [Float](repeating: 0, count: new * capacity)
        for place in 0..<new {
            let taps = grid.taps(place)
            for (tap, weight) in taps.weights.enumerated() { weights[place * capacity + tap] = weight }
            ranges.append(taps.range)
        }
        self.ranges = ranges
        self.weights = weights
    }

    subscript(place: Int) -> Range<Int> { ranges[place] }

    func weight(_ place: Int, _ tap: Int) -> Float { weights[place * capacity + tap] }
}
