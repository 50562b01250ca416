import Tasks

/// Reads a picture or a mask where a spatial map says, as floats.
///
/// All of it is sums and products of Float, so that it is the same on every machine.
struct Resampling {
    var map: SpatialMap
    /// What is drawn, in pixels of the picture, which the map counts from the window's middle.
    var window: PictureSize
    /// The window's middle in the picture.
    var middleX: Double
    var middleY: Double
    /// The whole picture, at whose edges it is mirrored.
    var picture: PictureSize

    /// Draws a picture as a whole.
    init(map: SpatialMap, picture: PictureSize) {
        self.init(map: map, window: picture, at: (x: 0, y: 0), picture: picture)
    }

    /// Draws a window of a picture.
    /// - Parameter origin: the window's upper left corner, which may lie outside.
    init(map: SpatialMap, window: PictureSize, at origin: (x: Int, y: Int), picture: PictureSize) {
        self.map = map
        self.window = window
        self.picture = picture
        middleX = Double(origin.x) + Double(window.width) / 2
        middleY = Double(origin.y) + Double(window.height) / 2
    }

    /// The weights of the displacements along a line, of each of its pixels.
    private struct Line {
        /// Pixels from the middle, counted in those of the picture.
        var places: [Float]
        var weights: [(Float, Float, Float)]

        init(count: Int, pictureCount: Int) {
            let ratio = Double(pictureCount) / Double(count)
            let middle = Double(count - 1) / 2
            places = (0..<count).map { Float((Double($0) - middle) * ratio) }
            weights = (0..<count).map { ElasticField.weights(at: (Double($0) + 0.5) / Double(count)) }
        }
    }

    /// The pixels of the picture that the window shows, and some more at their border.
    var needed: PictureRect {
        let (width, height) = (Double(window.width) / 2, Double(window.height) / 2)
        let (fieldX, fieldY) = map.deformation?.reach ?? (0, 0)
        return PictureRect(
            columns: Self.needed(
                middleX + map.x, abs(map.xx) * width + abs(map.xy) * height + fieldX, picture.width),
            rows: Self.needed(
                middleY + map.y, abs(map.yx) * width + abs(map.yy) * height + fieldY, picture.height))
    }

    /// The places of a side within `reach` of `middle`, or where those beyond an edge are mirrored to.
    private static func needed(_ middle: Double, _ reach: Double, _ side: Int) -> Range<Int> {
        // Places are rounded on the way, and each pixel is mixed with its neighbours.
        let (low, high, end) = (middle - reach - 2, middle + reach + 2, Double(side))
        guard low > -end, high < 2 * end else { return 0..<side }
        let first = min(max(low, 0), high > end ? 2 * end - high : end)
        let last = max(min(high, end), low < 0 ? -low : 0)
        return max(0, Int(first) - 1)..<min(side, Int(last) + 2)
    }

    /// The window, bilinearly, as numbers from 0 to 1.
    /// - Parameters:
    ///   - planes: `[channels, height, width]` of `rect`.
    ///   - rect: the part of the picture that is there: at least what is needed.
    func picture(
        _ planes: PicturePlanes, of rect: PictureRect, channels: Int, into out: UnsafeMutablePointer<Float>
    ) {
        let area = window.width * window.height
        // Four channels at a time; of each of them the sums are the same.
        let groups = (channels + 3) / 4
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: rect.area * groups) { pixels in
            guard let pixels = pixels.baseAddress else { return }
            for group in 0..<groups {
                planes.writePixels(
                    channels: 4 * group..<min(4 * group + 4, channels), area: rect.area, to: pixels + group * rect.area)
            }
            eachRow(height: window.height, width: window.width) { row, xs, ys in
                let first = row * window.width
                for group in 0..<groups {
                    let (mine, target) = (pixels + group * rect.area, out + 4 * group * area + first)
                    let count = min(4, channels - 4 * group)
                    for x in 0..<window.width {
                        let pixel = mixed(mine, rect, xs[x], ys[x])
                        target[x] = pixel.x
                        guard count > 1 else { continue }
                        for channel in 1..<count { target[channel * area + x] = pixel[channel] }
                    }
                }
            }
        }
    }

    /// The four pixels around a place, each as much as it is near.
    @inline(__always)
    private func mixed(
        _ pixels: UnsafePointer<SIMD4<Float>>, _ rect: PictureRect, _ x: Float, _ y: Float
    ) -> SIMD4<Float> {
        // Half a pixel to the left and above lies the first of the four; neither number is below 1/2.
        let u = x + 0.5
        let v = y + 0.5
        let (i, j) = (Int(u), Int(v))
        let (s, t) = (u - Float(i), v - Float(j))
        let left = max(i - 1, 0) - rect.columns.lowerBound
        let right = min(i, picture.width - 1) - rect.columns.lowerBound
        let upper = pixels + (max(j - 1, 0) - rect.rows.lowerBound) * rect.columns.count
        let lower = pixels + (min(j, picture.height - 1) - rect.rows.lowerBound) * rect.columns.count
        let top = upper[left] + (upper[right] - upper[left]) * s
        let bottom = lower[left] + (lower[right] - lower[left]) * s
        return top + (bottom - top) * t
    }

    /// The window of a mask, each pixel a copy of the nearest one, as the number that `fed` has for it.
    /// - Parameters:
    ///   - bytes: the pixels of `rect`.
    ///   - rect: the part of the mask that is there.
    ///   - whole: the size of the whole mask, which covers the picture.
    ///   - drawn: the size that the window is drawn at.
    func mask(
        _ bytes: [UInt8], of rect: PictureRect, whole: PictureSize, as drawn: PictureSize, fed: [Float],
        into out: UnsafeMutablePointer<Float>
    ) {
        let ratioX = Float(whole.width) / Float(picture.width)
        let ratioY = Float(whole.height) / Float(picture.height)
        bytes.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress else { return }
            eachRow(height: drawn.height, width: drawn.width) { row, xs, ys in
                for x in 0..<drawn.width {
                    let i = min(Int(xs[x] * ratioX), whole.width - 1) - rect.columns.lowerBound
                    let j = min(Int(ys[x] * ratioY), whole.height - 1) - rect.rows.lowerBound
                    out[row * drawn.width + x] = fed[Int(source[j * rect.columns.count + i])]
                }
            }
        }
    }

    /// Calls `body` with the places in the picture of each pixel of each row of a grid that covers the window: from 0
    /// at the left and upper edge to the picture's width and height.
    private func eachRow(
        height: Int, width: Int, _ body: (Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) {
        let columns = Line(count: width, pictureCount: window.width)
        let rows = Line(count: height, pictureCount: window.height)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { buffer in
            guard let xs = buffer.baseAddress else { return }
            let ys = xs + width
            for row in 0..<height {
                let y = Double(rows.places[row])
                let startX = Float(map.xy * y + map.x + middleX)
                let startY = Float(map.yy * y + map.y + middleY)
                let (stepX, stepY) = (Float(map.xx), Float(map.yx))
                columns.places.withUnsafeBufferPointer { places in
                    for x in 0..<width {
                        xs[x] = startX + stepX * places[x]
                        ys[x] = startY + stepY * places[x]
                    }
                }
                if let field = map.deformation {
                    Self.displace(xs, field.x, rows.weights[row], columns.weights)
                    Self.displace(ys, field.y, rows.weights[row], columns.weights)
                }
                Self.mirror(xs, count: width, size: Float(picture.width))
                Self.mirror(ys, count: width, size: Float(picture.height))
                body(row, xs, ys)
            }
        }
    }

    private static func displace(
        _ places: UnsafeMutablePointer<Float>, _ vectors: [Float], _ row: (Float, Float, Float),
        _ columns: [(Float, Float, Float)]
    ) {
        func sum(_ column: Int) -> Float {
            row.0 * vectors[column] + row.1 * vectors[3 + column] + row.2 * vectors[6 + column]
        }
        let (a, b, c) = (sum(0), sum(1), sum(2))
        columns.withUnsafeBufferPointer { columns in
            for x in columns.indices {
                places[x] += columns[x].0 * a + columns[x].1 * b + columns[x].2 * c
            }
        }
    }

    /// Brings places into `0 ... size` by mirroring at both ends, as often as need be.
    private static func mirror(_ places: UnsafeMutablePointer<Float>, count: Int, size: Float) {
        for x in 0..<count where !(places[x] >= 0 && places[x] <= size) {
            let period = 2 * size
            let rest = places[x] - (places[x] / period).rounded(.down) * period
            places[x] = min(max(min(rest, period - rest), 0), size)
        }
    }
}
