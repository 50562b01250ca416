/// Rows of floats `[channels, width]` that come one after another, brought to another size.
///
/// A triangle filter, as wide as a step of the coarser grid: between the centres of pixels it interpolates when a map
/// grows, and it averages when one shrinks. Holds the few rows that the next result needs.
struct RowResampler {
    private let channels: Int
    private let columns: TriangleTaps
    private let rows: TriangleTaps
    private let width: Int
    /// The rows that are still needed, the first of which is row `firstHeld`.
    private var held: [[Float]] = []
    private var firstHeld = 0
    /// The next result.
    private var next = 0
    private var blended: [Float]
    private var result: [Float]

    /// All sizes are positive.
    init(channels: Int, from old: PictureSize, to new: PictureSize) {
        self.channels = channels
        width = old.width
        columns = TriangleTaps(from: old.width, to: new.width)
        rows = TriangleTaps(from: old.height, to: new.height)
        blended = [Float](repeating: 0, count: channels * old.width)
        result = [Float](repeating: 0, count: channels * new.width)
    }

    /// Takes the next row, `[channels, old width]`, and hands on the results that it completes, `[channels, new width]`
    /// each, from the top.
    mutating func push(
        _ row: UnsafeBufferPointer<Float>, emit: (UnsafeBufferPointer<Float>) throws -> Void
    ) rethrows {
        held.append(Array(row))
        let arrived = firstHeld + held.count
        while next < rows.count, rows[next].upperBound <= arrived {
            blendRows()
            blendColumns()
            next += 1
            try result.withUnsafeBufferPointer(emit)
        }
        let needed = next < rows.count ? min(rows[next].lowerBound, arrived) : arrived
        held.removeFirst(needed - firstHeld)
        firstHeld = needed
    }

    private mutating func blendRows() {
        let range = rows[next]
        for (tap, row) in range.enumerated() {
            let weight = rows.weight(next, tap)
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

/// For each place of a new grid the places of the old one that it is made of, and how much of each.
private struct TriangleTaps {
    let count: Int
    private let ranges: [Range<Int>]
    private let weights: [Float]
    private let capacity: Int

    init(from old: Int, to new: Int) {
        let scale = Double(old) / Double(new)
        let reach = max(scale, 1)
        capacity = 2 * Int(reach.rounded(.up)) + 1
        count = new
        var ranges: [Range<Int>] = []
        var weights = [Float](repeating: 0, count: new * capacity)
        for place in 0..<new {
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
            for (tap, part) in parts.enumerated() { weights[place * capacity + tap] = Float(part / sum) }
            ranges.append(range)
        }
        self.ranges = ranges
        self.weights = weights
    }

    subscript(place: Int) -> Range<Int> { ranges[place] }

    func weight(_ place: Int, _ tap: Int) -> Float { weights[place * capacity + tap] }
}
