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

/// A picture at the net's input size and its mask, as few bytes as they take: a quarter of what the net will be fed, of
/// pictures of 16 bits a half.
struct Sample: Hashable, Sendable {
    var name: String
    /// The file it comes from; the name again for drawn samples.
    var file: String
    var picture: PicturePlanes
    /// `[maskHeight, maskWidth]`: 0 or 1; class numbers, with `ClassRange.void` where they are ignored; empty when the
    /// picture itself is what the net learns.
    var mask: [UInt8]

    /// What it takes in memory.
    var byteCount: Int { picture.samples.byteCount + mask.count }
}

extension Sample {
    /// A picture of 8 bits.
    init(name: String, file: String, picture: [UInt8], mask: [UInt8]) {
        self.init(name: name, file: file, picture: PicturePlanes(picture), mask: mask)
    }
}

extension Bitmap {
    /// From samples channel by channel, `[channels, height, width]`.
    init(planes: [UInt8], shape: SampleShape) {
        let area = shape.width * shape.height
        var pixels = [UInt8](repeating: 0, count: planes.count)
        for channel in 0..<shape.channels {
            for i in 0..<area { pixels[i * shape.channels + channel] = planes[channel * area + i] }
        }
        self.init(width: shape.width, height: shape.height, channels: shape.channels, pixels: pixels)
    }
}
