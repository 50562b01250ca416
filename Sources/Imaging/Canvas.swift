/// An RGB picture to draw on. Everything is clipped at the borders; coordinates are pixels from the top left.
public struct Canvas: Sendable {
    /// What has been drawn.
    public private(set) var bitmap: Bitmap

    public var width: Int { bitmap.width }
    public var height: Int { bitmap.height }

    /// An empty canvas of one colour.
    public init(width: Int, height: Int, background: Color = .white) {
        bitmap = Bitmap(width: width, height: height, channels: 3, fill: 255)
        if background != .white { fill(x: 0, y: 0, width: width, height: height, background) }
    }

    /// Sets one pixel, or mixes it: `coverage` 0 leaves it, 1 replaces it.
    @inline(__always)
    mutating func blend(x: Int, y: Int, _ color: Color, coverage: Double = 1) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let i = bitmap.offset(x: x, y: y)
        bitmap.pixels[i] = mix(bitmap.pixels[i], color.red, coverage)
        bitmap.pixels[i + 1] = mix(bitmap.pixels[i + 1], color.green, coverage)
        bitmap.pixels[i + 2] = mix(bitmap.pixels[i + 2], color.blue, coverage)
    }

    /// Fills a rectangle.
    public mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
        let columns = max(x, 0)..<max(min(x + width, self.width), max(x, 0))
        for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
            var place = bitmap.offset(x: columns.lowerBound, y: row)
            for _ in columns {
                bitmap.pixels[place] = color.red
                bitmap.pixels[place + 1] = color.green
                bitmap.pixels[place + 2] = color.blue
                place += 3
            }
        }
    }

    /// Draws the border of a rectangle, one pixel wide and inside it.
    public mutating func frame(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
        fill(x: x, y: y, width: width, height: 1, color)
        fill(x: x, y: y + height - 1, width: width, height: 1, color)
        fill(x: x, y: y, width: 1, height: height, color)
        fill(x: x + width - 1, y: y, width: 1, height: height, color)
    }

    /// Draws an antialiased line with round ends; pixel centres lie at whole coordinates.
    public mutating func line(
        from start: (x: Double, y: Double), to end: (x: Double, y: Double), thickness: Double, _ color: Color
    ) {
        guard start.x.isFinite, start.y.isFinite, end.x.isFinite, end.y.isFinite else { return }
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let length = (dx * dx + dy * dy).squareRoot()
        let reach = thickness / 2 + 1
        for y in pixelRange(min(start.y, end.y) - reach, max(start.y, end.y) + reach, limit: height) {
            // Only the part of the row that the line crosses, widened by its slope.
            var (left, right) = (min(start.x, end.x), max(start.x, end.x))
            if abs(dy) > 1e-9 {
                let crossing = start.x + (Double(y) - start.y) / dy * dx
                let spread = reach * length / abs(dy)
                left = max(left, crossing - spread)
                right = min(right, crossing + spread)
            }
            for x in pixelRange(left - reach, right + reach, limit: width) {
                let distance = Self.distance(Double(x) - start.x, Double(y) - start.y, dx, dy, length)
                let coverage = min(max(thickness / 2 + 0.5 - distance, 0), 1)
                if coverage > 0 { blend(x: x, y: y, color, coverage: coverage) }
            }
        }
    }

    /// Fills an antialiased disc.
    public mutating func disc(center: (x: Double, y: Double), radius: Double, _ color: Color) {
        line(from: center, to: center, thickness: radius * 2, color)
    }

    /// Copies a bitmap, gray or RGB, with its top left corner at `x`, `y`.
    public mutating func draw(_ source: Bitmap, x: Int, y: Int) {
        let blue = source.channels - 1
        let columns = max(0, -x)..<max(min(source.width, width - x), max(0, -x))
        for row in max(0, -y)..<max(min(source.height, height - y), max(0, -y)) {
            guard source.channels == 1 else {
                let from = source.offset(x: columns.lowerBound, y: row)
                let to = bitmap.offset(x: x + columns.lowerBound, y: y + row)
                let count = 3 * columns.count
                bitmap.pixels.withUnsafeMutableBufferPointer { target in
                    source.pixels.withUnsafeBufferPointer { pixels in
                        for place in 0..<count { target[to + place] = pixels[from + place] }
                    }
                }
                continue
            }
            for column in columns {
                let from = source.offset(x: column, y: row)
                let to = bitmap.offset(x: x + column, y: y + row)
                bitmap.pixels[to] = source.pixels[from]
                bitmap.pixels[to + 1] = source.pixels[from + blue / 2]
                bitmap.pixels[to + 2] = source.pixels[from + blue]
            }
        }
    }

    /// Copies a bitmap at another size: RGB smoothly, one channel (masks) by nearest pixels.
    public mutating func draw(_ source: Bitmap, x: Int, y: Int, width: Int, height: Int) {
        guard width > 0, height > 0, source.width > 0, source.height > 0 else { return }
        guard source.width != width || source.height != height else { return draw(source, x: x, y: y) }
        let scaled =
            source.channels == 3
            ? source.resizedBilinear(width: width, height: height)
            : source.resizedNearest(width: width, height: height)
        draw(scaled, x: x, y: y)
    }

    /// The distance of a point from the segment from the origin to (`dx`, `dy`).
    private static func distance(_ x: Double, _ y: Double, _ dx: Double, _ dy: Double, _ length: Double) -> Double {
        let along = length > 0 ? min(max((x * dx + y * dy) / (length * length), 0), 1) : 0
        let (rx, ry) = (x - along * dx, y - along * dy)
        return (rx * rx + ry * ry).squareRoot()
    }

    /// The pixels from `low` to `high` that lie on the canvas.
    private func pixelRange(_ low: Double, _ high: Double, limit: Int) -> Range<Int> {
        let start = Int(min(max(low.rounded(.up), 0), Double(limit)))
        return start..<max(Int(min(max(high.rounded(.down) + 1, 0), Double(limit))), start)
    }
}

/// `from` at `amount` 0, `to` at 1.
@inline(__always)
func mix(_ from: UInt8, _ to: UInt8, _ amount: Double) -> UInt8 {
    UInt8((Double(from) + (Double(to) - Double(from)) * amount).rounded())
}
