import Tasks

/// Draws shapes pixel by pixel: a pixel belongs to a shape if its middle lies inside. Shapes that come later lie over
/// earlier ones, or where values are bits of labels that may overlap, beside them.
struct ShapeRaster {
    let size: PictureSize
    /// Row by row; 0 where nothing was drawn.
    private(set) var pixels: [UInt8]

    /// The bits of a pixel that stay when something is drawn over it.
    private let kept: UInt8

    init(_ size: PictureSize, overlaps: Bool = false) {
        self.size = size
        kept = overlaps ? .max : 0
        pixels = Array(repeating: 0, count: size.width * size.height)
    }

    mutating func draw(_ outline: Outline, value: UInt8) {
        switch outline {
        case .rings(let rings): for ring in rings { fill(ring, value) }
        case .fractions(let rings):
            let scale = SIMD2(Double(size.width), Double(size.height))
            for ring in rings { fill(ring.map { $0 * scale }, value) }
        case .circle(let centre, let radius):
            for y in rows(from: centre.y - radius, to: centre.y + radius) {
                let away = Double(y) + 0.5 - centre.y
                let square = radius * radius - away * away
                guard square >= 0 else { continue }
                let half = square.squareRoot()
                fill(row: y, from: centre.x - half, to: centre.x + half, value)
            }
        case .runs(let runs, let own): fill(runs, of: own, value)
        }
    }

    /// Where the middles of rows are crossed, from left to right; between the first and the second of a pair is inside.
    private mutating func fill(_ ring: [SIMD2<Double>], _ value: UInt8) {
        guard ring.count > 2 else { return }
        var crossings: [(row: Int, x: Double)] = []
        var from = ring[ring.count - 1]
        for to in ring {
            let (upper, lower) = from.y <= to.y ? (from, to) : (to, from)
            // The upper end belongs to an edge and the lower does not, so that a corner is counted once.
            for row in rows(from: upper.y, to: lower.y) {
                let middle = Double(row) + 0.5
                guard upper.y <= middle, middle < lower.y else { continue }
                let share = (middle - upper.y) / (lower.y - upper.y)
                crossings.append((row, upper.x + share * (lower.x - upper.x)))
            }
            from = to
        }
        crossings.sort { ($0.row, $0.x) < ($1.row, $1.x) }
        for place in stride(from: 0, to: crossings.count - 1, by: 2) {
            fill(row: crossings[place].row, from: crossings[place].x, to: crossings[place + 1].x, value)
        }
    }

    /// Rows whose middles may lie between two heights.
    private func rows(from top: Double, to bottom: Double) -> Range<Int> {
        let first = Self.whole(top - 1, within: size.height)
        return first..<max(first, Self.whole(bottom + 1, within: size.height))
    }

    /// The pixels of a row whose middles are at `left` or right of it, and left of `right`.
    private mutating func fill(row: Int, from left: Double, to right: Double, _ value: UInt8) {
        let start = Self.whole((left - 0.5).rounded(.up), within: size.width)
        let end = Self.whole((right - 0.5).rounded(.up), within: size.width)
        guard start < end else { return }
        for place in row * size.width + start..<row * size.width + end { pixels[place] = pixels[place] & kept | value }
    }

    /// Whatever the number: annotations may lie outside of their picture.
    private static func whole(_ number: Double, within bound: Int) -> Int {
        number >= Double(bound) ? bound : number > 0 ? Int(number) : 0
    }

    private mutating func fill(_ runs: [Int], of own: PictureSize, _ value: UInt8) {
        var place = 0
        for (number, count) in runs.enumerated() {
            defer { place += count }
            guard number % 2 == 1 else { continue }
            for at in place..<place + count {
                let (x, y) = (at / own.height, at % own.height)
                guard x < size.width && y < size.height else { continue }
                pixels[y * size.width + x] = pixels[y * size.width + x] & kept | value
            }
        }
    }
}
