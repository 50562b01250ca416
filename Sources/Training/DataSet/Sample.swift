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

/// A sample of a data set: what is known of it, and its bytes where memory suffices.
struct StoredSample: Hashable, Sendable {
    var name: String
    /// The file of the picture; the name again for drawn samples.
    var file: String
    /// The classes that occur in the mask.
    var classes: ByteSet
    var content: SampleContent
    /// Where to read it; nil for drawn samples.
    var pair: SamplePair?
    /// nil where it is read again whenever it is needed.
    var kept: Sample?
}

extension StoredSample {
    /// A sample that stays in memory.
    init(_ sample: Sample) {
        self.init(
            name: sample.name, file: sample.file, classes: ByteSet(sample.mask),
            content: SampleContent(picture: sample.picture, mask: sample.mask), kept: sample)
    }
}

/// Numbers that change when a sample's bytes do.
struct SampleContent: Hashable, Sendable {
    var picture: UInt64
    /// Of the mask's values as they are in the file.
    var mask: UInt64

    init(picture: [UInt8], mask: [UInt8]) {
        func hash(_ bytes: [UInt8]) -> UInt64 {
            var hash = Fingerprint()
            hash.add(bytes)
            return hash.value
        }
        self.picture = hash(picture)
        self.mask = hash(mask)
    }
}

/// A set of bytes.
struct ByteSet: Hashable, Sendable {
    private var words = SIMD4<UInt64>.zero

    init() {}

    init(_ bytes: [UInt8]) {
        // Neighbours are mostly equal.
        var last: UInt8?
        for byte in bytes where byte != last {
            insert(byte)
            last = byte
        }
    }

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    mutating func formUnion(_ other: ByteSet) { words |= other.words }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

    /// Ascending.
    var bytes: [UInt8] { (0...UInt8.max).filter(contains) }
}

extension Bitmap {
    /// The picture at the net's size, channel by channel, `[channels, height, width]`.
    func planes(of shape: SampleShape) -> [UInt8] {
        let source = shape.channels == 1 ? luma() : self
        let sized = source.resizedBilinear(width: shape.width, height: shape.height)
        guard sized.channels > 1 else { return sized.pixels }
        let area = shape.width * shape.height
        var planes = [UInt8](repeating: 0, count: sized.pixels.count)
        for channel in 0..<sized.channels {
            for i in 0..<area { planes[channel * area + i] = sized.pixels[i * sized.channels + channel] }
        }
        return planes
    }

    /// ITU-R 601 luma in Pillow's fixed point.
    func luma() -> Bitmap {
        guard channels == 3 else { return self }
        var gray = [UInt8](repeating: 0, count: width * height)
        for i in gray.indices { gray[i] = Self.luma(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) }
        return Bitmap(width: width, height: height, channels: 1, pixels: gray)
    }

    /// The same of one pixel.
    @inline(__always)
    static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let sum: Int = Int(red) * 19595 + Int(green) * 38470 + Int(blue) * 7471
        return UInt8((sum + 0x8000) >> 16)
    }

    /// The inverse of `planes(of:)`.
    init(planes: [UInt8], shape: SampleShape) {
        let area = shape.width * shape.height
        var pixels = [UInt8](repeating: 0, count: planes.count)
        for channel in 0..<shape.channels {
            for i in 0..<area { pixels[i * shape.channels + channel] = planes[channel * area + i] }
        }
        self.init(width: shape.width, height: shape.height, channels: shape.channels, pixels: pixels)
    }
}
