import Tasks

/// Reads a picture or a mask where a spatial map says, as floats.
///
/// All of it is sums and products of Float, so that it is the same on every machine.
struct Resampling {
    var map: SpatialMap
    /// Of the picture, in whose pixels the map counts.
    var pictureHeight: Int
    var pictureWidth: Int

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

    /// Planes of `height` by `width` samples, bilinearly, as numbers from 0 to 1.
    func picture(_ planes: PicturePlanes, channels: Int, into out: UnsafeMutablePointer<Float>) {
        let area = pictureHeight * pictureWidth
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: area) { pixels in
            guard let pixels = pixels.baseAddress else { return }
            planes.writePixels(isRGB: channels == 3, area: area, to: pixels)
            eachRow(height: pictureHeight, width: pictureWidth) { row, xs, ys in
                let first = row * pictureWidth
                for x in 0..<pictureWidth {
                    let pixel = mixed(pixels, xs[x], ys[x])
                    out[first + x] = pixel.x
                    guard channels == 3 else { continue }
                    out[area + first + x] = pixel.y
                    out[2 * area + first + x] = pixel.z
                }
            }
        }
    }

    /// The four pixels around a place, each as much as it is near.
    @inline(__always)
    private func mixed(_ pixels: UnsafePointer<SIMD4<Float>>, _ x: Float, _ y: Float) -> SIMD4<Float> {
        // Half a pixel to the left and above lies the first of the four; neither number is below 1/2.
        let u = x + 0.5
        let v = y + 0.5
        let (i, j) = (Int(u), Int(v))
        let (s, t) = (u - Float(i), v - Float(j))
        let left = max(i - 1, 0)
        let right = min(i, pictureWidth - 1)
        let upper = pixels + max(j - 1, 0) * pictureWidth
        let lower = pixels + min(j, pictureHeight - 1) * pictureWidth
        let top = upper[left] + (upper[right] - upper[left]) * s
        let bottom = lower[left] + (lower[right] - lower[left]) * s
        return top + (bottom - top) * t
    }

    /// A mask of `height` by `width` bytes, each pixel a copy of the nearest one, as the number that `fed` has for it.
    func mask(_ bytes: [UInt8], height: Int, width: Int, fed: [Float], into out: UnsafeMutablePointer<Float>) {
        let ratioX = Float(width) / Float(pictureWidth)
        let ratioY = Float(height) / Float(pictureHeight)
        bytes.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress else { return }
            eachRow(height: height, width: width) { row, xs, ys in
                for x in 0..<width {
                    let i = min(Int(xs[x] * ratioX), width - 1)
                    let j = min(Int(ys[x] * ratioY), height - 1)
                    out[row * width + x] = fed[Int(source[j * width + i])]
                }
            }
        }
    }

    /// Calls `body` with the places in the source of each pixel of each row of a grid that covers the picture: from 0
    /// at the left and upper edge to the picture's width and height.
    private func eachRow(
        height: Int, width: Int, _ body: (Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) {
        let columns = Line(count: width, pictureCount: pictureWidth)
        let rows = Line(count: height, pictureCount: pictureHeight)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { buffer in
            guard let xs = buffer.baseAddress else { return }
            let ys = xs + width
            for row in 0..<height {
                let y = Double(rows.places[row])
                let startX = Float(map.xy * y + map.x + Double(pictureWidth) / 2)
                let startY = Float(map.yy * y + map.y + Double(pictureHeight) / 2)
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
                Self.mirror(xs, count: width, size: Float(pictureWidth))
                Self.mirror(ys, count: width, size: Float(pictureHeight))
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
