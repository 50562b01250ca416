/// How far the edge pixels of one region are from those of another: squares of distances between the centres of pixels, which
/// are whole numbers.
struct SquaredDistances {
    /// How often each of the small ones occurs.
    private var near = [Int](repeating: 0, count: 1 << 14)
    /// The others, in ascending order.
    private var far: [Int] = []
    private(set) var count = 0

    /// The exact Euclidean distance transform, after P. Felzenszwalb and D. Huttenlocher, "Distance transforms of sampled
    /// functions" (2012): distances within columns first, then along each row the lower envelope of parabolas, here in whole
    /// numbers (as A. Meijster, J. Roerdink and W. Hesselink, 2000, divide). Only rows that have an edge pixel to ask for are
    /// walked, and no map of distances is made: memory is that of the edges.
    ///
    /// - Parameters:
    ///   - from, to: bits of the edges; there must be pixels of `to`.
    init(_ map: RegionMap, from: UInt8, to: UInt8) {
        let columns = EdgeColumns(map, to)
        var envelope = RowEnvelope(columns, width: map.width)
        map.bits.withUnsafeBufferPointer { bits in
            for y in 0..<map.height {
                let row = UnsafeBufferPointer(rebasing: bits[map.row(y)])
                guard let first = row.firstIndex(where: { $0 & from != 0 }) else { continue }
                envelope.move(to: y)
                for x in first..<map.width where row[x] & from != 0 { add(envelope.squaredDistance(at: x)) }
            }
        }
        far.sort()
    }

    private mutating func add(_ square: Int) {
        count += 1
        if square < near.count { near[square] += 1 } else { far.append(square) }
    }

    /// The share of those of at most `distance`; of none 1.
    func share(within distance: Double) -> Double {
        guard count > 0 else { return 1 }
        let most = distance * distance
        var found = 0
        for (square, times) in near.enumerated() {
            guard Double(square) <= most else { break }
            found += times
        }
        found += far.prefix { Double($0) <= most }.count
        return Double(found) / Double(count)
    }

    /// A quantile of the distances, between two of them along a line, as numpy's `percentile` has it.
    /// - Parameter share: 0 ... 1. There must be a distance.
    func quantile(_ share: Double) -> Double {
        let place = share * Double(count - 1)
        let below = Int(place)
        let (a, b) = (distance(below), distance(min(below + 1, count - 1)))
        return a + (b - a) * (place - Double(below))
    }

    /// The distance of that place in ascending order.
    private func distance(_ place: Int) -> Double {
        var rest = place
        for (square, times) in near.enumerated() {
            guard rest >= times else { return Double(square).squareRoot() }
            rest -= times
        }
        return Double(far[rest]).squareRoot()
    }
}

/// Along one row, which column's nearest edge pixel is the nearest one.
private struct RowEnvelope {
    private let columns: EdgeColumns
    private let width: Int
    /// Columns that have an edge pixel.
    private let filled: [Int]
    /// Of each of these, the first place in `columns.rows` that is below the row.
    private var next: [Int]
    /// The columns of the envelope from the left, the squares of their distances within the column, and behind which column
    /// of the row each is the nearest.
    private var hull: [(column: Int, square: Int, behind: Int)] = []
    /// The part of the envelope that was asked for last; askers come from the left.
    private var part = 0

    init(_ columns: EdgeColumns, width: Int) {
        self.columns = columns
        self.width = width
        filled = (0..<width).filter { columns.starts[$0] < columns.starts[$0 + 1] }
        next = filled.map { columns.starts[$0] }
        hull.reserveCapacity(filled.count)
    }

    /// Goes to a row below.
    mutating func move(to row: Int) {
        hull.removeAll(keepingCapacity: true)
        part = 0
        for index in filled.indices {
            let column = filled[index]
            let (start, end) = (columns.starts[column], columns.starts[column + 1])
            while next[index] < end, Int(columns.rows[next[index]]) <= row { next[index] += 1 }
            var distance = Int.max
            if next[index] > start { distance = row - Int(columns.rows[next[index] - 1]) }
            if next[index] < end { distance = min(distance, Int(columns.rows[next[index]]) - row) }
            push(column, distance * distance)
        }
    }

    private mutating func push(_ column: Int, _ square: Int) {
        var behind = -1
        while let last = hull.last {
            // Up to there the last one is as near or nearer.
            let difference = square + column * column - last.square - last.column * last.column
            let twice = 2 * (column - last.column)
            behind = difference >= 0 ? difference / twice : -((twice - 1 - difference) / twice)
            if behind > last.behind { break }
            hull.removeLast()
            behind = -1
        }
        if behind < width - 1 { hull.append((column, square, behind)) }
    }

    mutating func squaredDistance(at x: Int) -> Int {
        while part + 1 < hull.count, hull[part + 1].behind < x { part += 1 }
        let nearest = hull[part]
        return (x - nearest.column) * (x - nearest.column) + nearest.square
    }
}
