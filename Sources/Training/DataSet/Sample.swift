import Imaging

/// What the net takes and is trained on, per sample.
struct SampleShape: Hashable, Sendable {
    /// 1 (gray) or 3 (red, green, blue).
    var channels: Int
    var height: Int
    var width: Int
    /// The size of masks.
    var maskHeight: Int
    var maskWidth: Int
    /// The size of the net's output: that of masks, or smaller, when the net speaks of their middle.
    var outputHeight: Int
    var outputWidth: Int
    var task: TrainingTask

    init(
        channels: Int, height: Int, width: Int, maskHeight: Int? = nil, maskWidth: Int? = nil,
        outputHeight: Int? = nil, outputWidth: Int? = nil, task: TrainingTask = .mask
    ) {
        self.channels = channels
        self.height = height
        self.width = width
        self.maskHeight = maskHeight ?? height
        self.maskWidth = maskWidth ?? width
        self.outputHeight = outputHeight ?? self.maskHeight
        self.outputWidth = outputWidth ?? self.maskWidth
        self.task = task
    }
}

/// A picture at the net's input size and its mask, as bytes: a quarter of what the net will be fed.
struct Sample: Hashable, Sendable {
    var name: String
    /// The file it comes from; the name again for drawn samples.
    var file: String
    /// `[channels, height, width]`, 0 ... 255.
    var picture: [UInt8]
    /// `[maskHeight, maskWidth]`: 0 or 1; class numbers, with `ClassRange.void` where they are ignored; empty when the
    /// picture itself is what the net learns.
    var mask: [UInt8]
}

extension Bitmap {
    /// The samples of a bitmap of the net's size, channel by channel, `[channels, height, width]`.
    var planes: [UInt8] {
        guard channels > 1 else { return pixels }
        let area = width * height
        var planes = [UInt8](repeating: 0, count: pixels.count)
        for channel in 0..<channels {
            for i in 0..<area { planes[channel * area + i] = pixels[i * channels + channel] }
        }
        return planes
    }

    /// The inverse of `planes`.
    init(planes: [UInt8], shape: SampleShape) {
        let area = shape.width * shape.height
        var pixels = [UInt8](repeating: 0, count: planes.count)
        for channel in 0..<shape.channels {
            for i in 0..<area { pixels[i * shape.channels + channel] = planes[channel * area + i] }
        }
        self.init(width: shape.width, height: shape.height, channels: shape.channels, pixels: pixels)
    }
}
