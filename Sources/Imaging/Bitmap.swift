/// A picture or a mask: 8-bit samples, row by row from the top, the channels of a pixel side by side.
public struct Bitmap: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// 1 (gray, or the values of a mask) or 3 (red, green, blue).
    public let channels: Int
    /// `height * width * channels` samples.
    public internal(set) var pixels: [UInt8]

    /// A bitmap of the given samples, of which there must be `width * height * channels`.
    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(width >= 0 && height >= 0 && (channels == 1 || channels == 3), "not the shape of a bitmap")
        precondition(
            pixels.count == width * height * channels,
            "\(pixels.count) samples do not fill \(width) x \(height) x \(channels)")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// A bitmap whose samples are all `fill`.
    public init(width: Int, height: Int, channels: Int, fill: UInt8 = 0) {
        self.init(
            width: width, height: height, channels: channels,
            pixels: [UInt8](repeating: fill, count: width * height * channels))
    }

    /// Samples of one row.
    public var rowStride: Int { width * channels }

    /// The place in `pixels` of the first sample of column `x`, row `y`.
    public func offset(x: Int, y: Int) -> Int { (y * width + x) * channels }

    /// The sample at column `x`, row `y`.
    public subscript(x: Int, y: Int, channel: Int = 0) -> UInt8 {
        get { pixels[offset(x: x, y: y) + channel] }
        set { pixels[offset(x: x, y: y) + channel] = newValue }
    }

    /// The samples of row `y`.
    public func row(_ y: Int) -> ArraySlice<UInt8> { pixels[y * rowStride..<(y + 1) * rowStride] }
}

extension Bitmap {
    /// The mirror image: left and right change places.
    public func flippedHorizontally() -> Bitmap {
        makeBitmap(width: width, height: height, channels: channels) { target in
            pixels.withUnsafeBufferPointer { source in
                for y in 0..<height {
                    let first = y * rowStride
                    for x in stride(from: 0, to: rowStride, by: channels) {
                        let from = first + rowStride - channels - x
                        target[first + x] = source[from]
                        guard channels == 3 else { continue }
                        target[first + x + 1] = source[from + 1]
                        target[first + x + 2] = source[from + 2]
                    }
                }
            }
        }
    }

    /// The same picture in three channels; gray becomes equal red, green and blue.
    public func convertedToRGB() -> Bitmap {
        guard channels == 1 else { return self }
        return makeBitmap(width: width, height: height, channels: 3) { target in
            for (i, value) in pixels.enumerated() {
                for c in 0..<3 { target[3 * i + c] = value }
            }
        }
    }
}

/// A bitmap whose samples `fill` writes, every one of them.
func makeBitmap(width: Int, height: Int, channels: Int, fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) -> Bitmap {
    let count = width * height * channels
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
        fill(UnsafeMutableBufferPointer(rebasing: target[0..<count]))
        initialized = count
    }
    return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
}
