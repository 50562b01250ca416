extension Bitmap {
    /// The picture at another size through an antialiasing triangle filter, equal to Pillow's
    /// `resize((width, height), Image.BILINEAR)` in every bit.
    ///
    /// `width` and `height` must be positive, as must this bitmap's.
    public func resizedBilinear(width newWidth: Int, height newHeight: Int) -> Bitmap {
        checkResize(newWidth, newHeight)
        let horizontal = newWidth == width ? nil : TriangleFilter(from: width, to: newWidth)
        let vertical = newHeight == height ? nil : TriangleFilter(from: height, to: newHeight)
        // Samples are rounded to 8 bits between the passes, so their order shows. Pillow 13 starts with the vertical
        // one if that removes many rows; older ones always start with the horizontal one, within 1/255 of this.
        if newHeight < height && height - newHeight > 2 * (width - newWidth) {
            return resampled(vertically: vertical).resampled(horizontally: horizontal)
        }
        return resampled(horizontally: horizontal).resampled(vertically: vertical)
    }

    /// The bitmap at another size, each pixel a copy of the nearest one, equal to Pillow's
    /// `resize((width, height), Image.NEAREST)`. No new values appear, as masks need it.
    ///
    /// `width` and `height` must be positive, as must this bitmap's.
    public func resizedNearest(width newWidth: Int, height newHeight: Int) -> Bitmap {
        checkResize(newWidth, newHeight)
        if newWidth == width && newHeight == height { return self }
        let columns = nearestSources(from: width, to: newWidth).map { $0 * channels }
        let rows = nearestSources(from: height, to: newHeight)
        return makeBitmap(width: newWidth, height: newHeight, channels: channels) { target in
            pixels.withUnsafeBufferPointer { source in
                var to = 0
                for row in rows {
                    let line = row * rowStride
                    for column in columns {
                        for c in 0..<channels { target[to + c] = source[line + column + c] }
                        to += channels
                    }
                }
            }
        }
    }

    private func checkResize(_ newWidth: Int, _ newHeight: Int) {
        precondition(newWidth > 0 && newHeight > 0, "cannot resize to \(newWidth) x \(newHeight)")
        precondition(width > 0 && height > 0, "cannot resize a picture without pixels")
    }

    private func resampled(horizontally filter: TriangleFilter?) -> Bitmap {
        guard let filter else { return self }
        return makeBitmap(width: filter.count, height: height, channels: channels) { target in
            guard let out = target.baseAddress else { return }
            pixels.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                for y in 0..<height {
                    let line = base + y * rowStride
                    let outLine = out + y * filter.count * channels
                    if channels == 3 {
                        filter.resampleRGB(line, into: outLine)
                    } else {
                        filter.resampleGray(line, into: outLine)
                    }
                }
            }
        }
    }

    private func resampled(vertically filter: TriangleFilter?) -> Bitmap {
        guard let filter else { return self }
        return makeBitmap(width: width, height: filter.count, channels: channels) { target in
            guard let out = target.baseAddress else { return }
            pixels.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                filter.resampleRows(base, length: rowStride, into: out)
            }
        }
    }
}

/// For each of `to` positions, the one of `from` it copies. Positions are summed up step by step, as Pillow does, so
/// that rounding agrees.
private func nearestSources(from: Int, to: Int) -> [Int] {
    let scale = Double(from) / Double(to)
    var position = scale * 0.5
    return (0..<to).map { _ in
        defer { position += scale }
        return min(Int(position), from - 1)
    }
}
