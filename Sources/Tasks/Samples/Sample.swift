import Imaging

/// What the net takes and is trained on, per sample.
package struct SampleShape: Hashable, Sendable {
    /// 1 (gray) or 3 (red, green, blue).
    package var channels: Int
    package var height: Int
    package var width: Int
    /// The size of masks.
    package var maskHeight: Int
    package var maskWidth: Int
    /// The size of the net's output: that of masks, or smaller, when the net speaks of their middle.
    package var outputHeight: Int
    package var outputWidth: Int
    package var task: TrainingTask

    package init(
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

/// A picture and its mask at the net's size, or at another, as few bytes as they take: a quarter of what the net will be fed, of
/// pictures of 16 bits a half.
package struct Sample: Hashable, Sendable {
    package var name: String
    /// The file it comes from; the name again for drawn samples.
    package var file: String
    package var picture: PicturePlanes
    /// Of the picture and the mask alike, where they are not of the net's size.
    package var size: PictureSize?
    /// `[maskHeight, maskWidth]`: 0 or 1; class numbers, with `ClassRange.void` where they are ignored; a bit for each label, as
    /// `LabelRange` has it; empty when the picture itself is what the net learns.
    package var mask: [UInt8]

    package init(name: String, file: String, picture: PicturePlanes, size: PictureSize? = nil, mask: [UInt8]) {
        self.name = name
        self.file = file
        self.picture = picture
        self.size = size
        self.mask = mask
    }

    /// What it takes in memory.
    package var byteCount: Int { picture.samples.byteCount + mask.count }
}

extension Sample {
    /// A picture of 8 bits.
    package init(name: String, file: String, picture: [UInt8], mask: [UInt8]) {
        self.init(name: name, file: file, picture: PicturePlanes(picture), mask: mask)
    }
}

extension SampleShape {
    /// The same with pictures and masks of another size.
    package func resized(to size: PictureSize) -> SampleShape {
        SampleShape(channels: channels, height: size.height, width: size.width, task: task)
    }

    /// What a sample of 8 bits takes in memory.
    package var sampleBytes: Int { sampleBytes(.bytes) }

    /// - Parameter depth: of its picture.
    package func sampleBytes(_ depth: SampleDepth) -> Int {
        channels * height * width * depth.rawValue + (task.needsMasks ? maskHeight * maskWidth : 0)
    }
}

extension Bitmap {
    /// From samples channel by channel, `[channels, height, width]`: gray, colours, or three bands of more or fewer.
    /// - Parameter bands: which; nil for the usual ones.
    package init(planes: [UInt8], shape: SampleShape, _ bands: ShownBands? = nil) {
        let area = shape.width * shape.height
        let places = shape.channels == 1 ? [0] : (bands ?? ShownBands(of: shape.channels)).places
        var pixels = [UInt8](repeating: 0, count: places.count * area)
        for (number, channel) in places.enumerated() {
            for i in 0..<area { pixels[i * places.count + number] = planes[channel * area + i] }
        }
        self.init(width: shape.width, height: shape.height, channels: places.count, pixels: pixels)
    }
}
