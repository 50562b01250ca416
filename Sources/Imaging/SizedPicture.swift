/// Samples of a row: 8 bits, or 16 where the file has so many.
public enum PictureRow {
    case bytes(UnsafeBufferPointer<UInt8>)
    case words(UnsafeBufferPointer<UInt16>)
}

/// A picture that was brought to a size while it was decoded, so that of a large one no more than a few rows were in
/// memory; files that store their rows in several passes are held as a whole meanwhile.
public struct SizedPicture: Hashable, Sendable {
    /// As deep as the file.
    public enum Samples: Hashable, Sendable {
        /// 0 ... 255.
        case bytes([UInt8])
        /// 0 ... 65535.
        case words([UInt16])
    }

    public var width: Int
    public var height: Int
    /// 1 (luma) or 3 (red, green, blue).
    public var channels: Int
    /// Row by row from the top, the channels of a pixel side by side: the bits of the picture as seen, resized by
    /// ``Bitmap/resizedBilinear(width:height:)``.
    public var samples: Samples
    /// Of the file.
    public var info: PictureInfo

    /// Decodes a file to a size.
    ///
    /// - Parameters:
    ///   - size: from the picture's own size, as seen, to the wanted one; both are positive.
    ///   - channels: 1 or 3.
    ///   - observing: called with each row of the file, as stored: red, green and blue of each pixel side by side.
    /// - Throws: an error that names the file if it cannot be read, is no PNG or JPEG, is damaged or truncated, has more
    ///   than 2^28 pixels, or takes more memory than there is.
    public init(
        path: String, channels: Int, options: DecodingOptions = DecodingOptions(),
        size: (PictureInfo) -> (width: Int, height: Int), observing: ((PictureRow) -> Void)? = nil
    ) throws(ImageError) {
        try self.init(.file(path, options.supervisor), channels, options, size, observing)
    }

    /// Decodes a file to one size whatever its own.
    public init(
        path: String, width: Int, height: Int, channels: Int, options: DecodingOptions = DecodingOptions(),
        observing: ((PictureRow) -> Void)? = nil
    ) throws(ImageError) {
        try self.init(
            path: path, channels: channels, options: options, size: { _ in (width, height) }, observing: observing)
    }

    init(
        _ input: PictureInput, _ channels: Int, _ options: DecodingOptions,
        _ size: (PictureInfo) -> (width: Int, height: Int), _ observing: ((PictureRow) -> Void)?
    ) throws(ImageError) {
        let decoder = try RowDecoder(input, options)
        try decoder.checkPixelCount()
        info = decoder.info
        (width, height) = size(info)
        self.channels = channels
        let plan = ResizePlan(
            width: info.storedWidth, height: info.storedHeight, turn: info.turn, newWidth: width, newHeight: height)
        let isDeep = info.sampleBits == 16 && options.keepsDepth
        try decoder.start(
            isDeep ? .deepRGB : .rgb, extra: plan.bytes(channels: channels, sampleBytes: isDeep ? 2 : 1))
        if isDeep {
            samples = .words(try Self.resized(decoder, plan, channels) { observing?(.words($0)) })
        } else {
            samples = .bytes(try Self.resized(decoder, plan, channels) { observing?(.bytes($0)) })
        }
    }

    private static func resized<Sample: ResizedSample>(
        _ decoder: RowDecoder, _ plan: ResizePlan, _ channels: Int, observing: (UnsafeBufferPointer<Sample>) -> Void
    ) throws(ImageError) -> [Sample] {
        let resizer = PictureResizer<Sample>(plan, channels: channels)
        let row = UnsafeMutableBufferPointer<Sample>.allocate(capacity: 3 * plan.width)
        defer { row.deallocate() }
        guard let base = row.baseAddress else { return [] }
        for _ in 0..<plan.height {
            try decoder.next(into: base)
            observing(UnsafeBufferPointer(row))
            // Samples before the one that is written are no longer needed.
            if channels == 1 { Sample.makeLuma(base, base, count: plan.width) }
            resizer.push(base)
        }
        return resizer.finish()
    }
}

extension SizedPicture {
    /// The picture in 8 bits; deeper samples keep their high byte.
    public var bitmap: Bitmap {
        let pixels: [UInt8] =
            switch samples {
            case .bytes(let bytes): bytes
            case .words(let words): words.map { UInt8($0 >> 8) }
            }
        return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
    }
}
