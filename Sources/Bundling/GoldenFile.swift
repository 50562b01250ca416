import PictureCode

/// What a bundle's test compares with: an input and the output that it gives, a picture and its mask.
public struct GoldenFile: Sendable {
    /// All of it, as `test/golden.c` reads it.
    public private(set) var bytes: [UInt8] = []

    /// - Parameters:
    ///   - tolerance: of the 2-norm of an output's difference, relative to that of the output.
    ///   - net: computes the output of an input.
    /// - Throws: what `net` throws, and `BundleError` where a picture cannot be read.
    public init(
        input: [Float], interface: PictureInterface, pictures: BundlePictures, tolerance: Double,
        computing net: ([Float]) throws -> [Float]
    ) throws {
        let output = try net(input)
        let channels = interface.inputShape[0]
        let isColour = [1, 3, 4].contains(channels)
        let picture = Picture(width: 97, height: 61, channels: isColour ? 3 : channels)
        let format = isColour && channels != 4 ? UNETC_FORMAT_RGB8 : UNETC_FORMAT_BANDS8
        let drawn = channels == 4 ? Picture(width: 97, height: 61, channels: 4) : picture
        let mask = try Self.mask(of: drawn, format, interface, pictures, net)
        bytes = Array("unetcgld".utf8)
        for number in [drawn.width, drawn.height, Int(format.rawValue), drawn.pixels.count] { append(UInt32(number)) }
        for count in [input.count, output.count] { append(UInt64(count)) }
        append(tolerance.bitPattern)
        for number in input + output { append(number.bitPattern) }
        bytes += drawn.pixels
        bytes += mask
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    /// The mask as a bundle makes it, with what the net says here.
    private static func mask(
        of picture: Picture, _ format: unetc_format, _ interface: PictureInterface, _ pictures: BundlePictures,
        _ net: ([Float]) throws -> [Float]
    ) throws -> [UInt8] {
        try pictures.withDescription(of: interface) { description in
            let (width, height) = (picture.width, picture.height)
            let bytes = unetc_picture_bytes(&description, width, height, format)
            var scratch = [UInt8](repeating: 0, count: bytes)
            var input = [Float](repeating: 0, count: interface.inputShape.reduce(1, *))
            let status = unetc_picture_read(
                &description, picture.pixels, width, height, picture.channels * width, format, &scratch, &input)
            guard status == UNETC_STATUS_OK else { throw BundleError("the test's picture does not fit the net") }
            var output = try net(input)
            let pixel = interface.maskChannels
            var mask = [UInt8](repeating: 0, count: width * height * pixel)
            let written = unetc_picture_write(
                &description, &output, width, height, &scratch, description.threshold, &mask, width * pixel, nil)
            guard written == UNETC_STATUS_OK else {
                throw BundleError("the net's output of the test's picture is no finite number: are the weights?")
            }
            return mask
        }
    }

    /// Discs of several colours on a background that goes from dark to bright.
    private struct Picture {
        let width: Int
        let height: Int
        let channels: Int
        var pixels: [UInt8] = []

        init(width: Int, height: Int, channels: Int) {
            (self.width, self.height, self.channels) = (width, height, channels)
            let discs = [(20, 18, 13), (60, 40, 17), (80, 12, 8), (34, 50, 6)]
            for y in 0..<height {
                for x in 0..<width {
                    let disc = discs.firstIndex { (x - $0.0) * (x - $0.0) + (y - $0.1) * (y - $0.1) < $0.2 * $0.2 }
                    for channel in 0..<channels {
                        let shade = disc.map { 60 * ($0 + 1) + 70 * channel } ?? (x + 2 * y + 40 * channel)
                        pixels.append(UInt8(shade % 256))
                    }
                }
            }
        }
    }
}

extension BundlePictures {
    /// Hands on what the picture code has to know of a net.
    func withDescription<Result>(
        of interface: PictureInterface, _ body: (inout unetc_picture_net) throws -> Result
    ) rethrows -> Result {
        var net = unetc_picture_net()
        (net.channels, net.height, net.width) = (
            Int32(interface.inputShape[0]), Int32(interface.inputShape[1]), Int32(interface.inputShape[2])
        )
        (net.output_channels, net.output_height, net.output_width) = (
            Int32(interface.outputShape[0]), Int32(interface.outputShape[1]), Int32(interface.outputShape[2])
        )
        (net.mask_height, net.mask_width) = (Int32(interface.maskHeight), Int32(interface.maskWidth))
        net.threshold = Float(threshold)
        (net.bytes, net.words, net.floats) = (bytes.code, words.code, floats.code)
        net.high_bytes = takesHighBytes ? 1 : 0
        net.task =
            switch interface.task {
            case .mask: UNETC_TASK_MASK
            case .classes: UNETC_TASK_CLASSES
            case .labels: UNETC_TASK_LABELS
            case .reconstruction: UNETC_TASK_RECONSTRUCTION
            }
        var scales: [unetc_scale] = []
        switch normalization {
        case .none: net.normalization = UNETC_NORMALIZE_NONE
        case .range: net.normalization = UNETC_NORMALIZE_RANGE
        case .perPicture: net.normalization = UNETC_NORMALIZE_PER_PICTURE
        case .scales(let numbers):
            net.normalization = UNETC_NORMALIZE_SCALES
            scales = numbers.map { unetc_scale(mean: $0.mean, deviation: $0.deviation) }
        }
        return try scales.withUnsafeBufferPointer { scales in
            net.scales = scales.baseAddress
            return try body(&net)
        }
    }
}

extension BundlePictures.Span {
    fileprivate var code: unetc_span { unetc_span(low: low, high: high) }
}
