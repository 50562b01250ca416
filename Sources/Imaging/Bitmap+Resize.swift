extension Bitmap {
    /// The picture at another size through an antialiasing triangle filter, equal to Pillow's
    /// `resize((width, height), Image.BILINEAR)` in every bit.
    ///
    /// `width` and `height` must be positive, as must this bitmap's.
    public func resizedBilinear(width newWidth: Int, height newHeight: Int) -> Bitmap {
        checkResize(newWidth, newHeight)
        let resizer = PictureResizer<UInt8>(
            ResizePlan(width: width, height: height, turn: .upright, newWidth: newWidth, newHeight: newHeight),
            channels: channels)
        pixels.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            for y in 0..<height { resizer.push(base + y * rowStride) }
        }
        return Bitmap(width: newWidth, height: newHeight, channels: channels, pixels: resizer.finish())
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
}
