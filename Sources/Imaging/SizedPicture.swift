/// Samples of a row, as deep as the file.
public enum PictureRow {
    case bytes(UnsafeBufferPointer<UInt8>)
    case words(UnsafeBufferPointer<UInt16>)
    case floats(UnsafeBufferPointer<Float>)
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
        /// Any numbers but NaN and infinities.
        case floats([Float])
    }

    public var width: Int
    public var height: Int
    /// 1 (gray, or luma), 3 (red, green, blue), or as many bands as the file has.
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
    ///   - channels: gray and colours are made 1 or 3; of other numbers the file has to have as many bands.
    ///   - observing: called with each row of the file, as stored, ``PictureInfo/rowChannels`` numbers a pixel side by
    ///     side: red, green and blue, or the bands.
    /// - Throws: an error that names the file if it cannot be read, is no picture, is damaged or truncated, has another
    ///   number of bands or more than 2^28 pixels, or takes more memory than there is.
    public init(
        path: String, channels: Int, options: DecodingOptions = DecodingOptions(),
        size: (PictureInfo) -> (width: Int, height: Int), observing: ((PictureRow) -> Void)? = nil
    ) throws(ImageError) {
        try self.init(PictureInput.files(path, options), channels, options, size, observing)
    }

    /// Decodes a file to one size whatever its own.
    public init(
        path: String, width: Int, height: Int, channels: Int, options: DecodingOptions = DecodingOptions(),
        observing: ((PictureRow) -> Void)? = nil
    ) throws(ImageError) {
        try self.init(
            path: path, channels: channels, options: options, size: { _ in (width, height) }, observing: observing)
    }

    /// - Parameter inputs: the file, or one for each channel.
    init(
        _ inputs: [PictureInput], _ channels: Int, _ options: DecodingOptions,
        _ size: (PictureInfo) -> (width: Int, height: Int), _ observing: ((PictureRow) -> Void)?
    ) throws(ImageError) {
        let decoder = try RowDecoder(inputs, options, channels: channels)
        try decoder.checkPixelCount()
        info = decoder.info
        try info.checkBands(channels, decoder.name)
        (width, height) = size(info)
        self.channels = channels
        let plan = ResizePlan(
            width: info.storedWidth, height: info.storedHeight, turn: info.turn, newWidth: width, newHeight: height)
        let depth = info.depth == .words && !options.keepsDepth ? .bytes : info.depth
        try decoder.start(depth.output, extra: plan.bytes(channels: channels, depth: depth))
        switch depth {
        case .bytes: samples = .bytes(try Self.resized(decoder, plan, channels) { observing?(.bytes($0)) })
        case .words: samples = .words(try Self.resized(decoder, plan, channels) { observing?(.words($0)) })
        case .floats: samples = .floats(try Self.resized(decoder, plan, channels) { observing?(.floats($0)) })
        }
    }

    private static func resized<Sample: ResizedSample>(
        _ decoder: RowDecoder, _ plan: ResizePlan, _ channels: Int, observing: (UnsafeBufferPointer<Sample>) -> Void
    ) throws(ImageError) -> [Sample] {
        let resizer = PictureResizer<Sample>(plan, channels: channels)
        let stored = decoder.info.rowChannels
        let row = UnsafeMutableBufferPointer<Sample>.allocate(capacity: stored * plan.width)
        defer { row.deallocate() }
        guard let base = row.baseAddress else { return [] }
        for _ in 0..<plan.height {
            try decoder.next(into: base)
            observing(UnsafeBufferPointer(row))
            // Samples before the one that is written are no longer needed.
            if channels == 1 && stored == 3 { Sample.makeLuma(base, base, count: plan.width) }
            resizer.push(base)
        }
        return resizer.finish()
    }
}

extension PictureInfo {
    /// - Throws: an error that names the file if its bands cannot be made so many channels.
    func checkBands(_ channels: Int, _ name: String) throws(ImageError) {
        guard rowChannels != channels, !(rowChannels == 3 && channels == 1) else { return }
        let found = bands == 1 ? "1 band" : "\(bands) bands"
        throw ImageError(
            file: name,
            message: "has \(found) (\(kind.text)), expected \(channels) for the net's input; "
                + "leave out or add bands, or compile the net with [\(bands), height, width]")
    }
}

extension SizedPicture {
    /// The picture in 8 bits, of one channel or three; deeper samples keep their high byte, floats are taken from 0 to 1.
    public var bitmap: Bitmap {
        let pixels: [UInt8] =
            switch samples {
            case .bytes(let bytes): bytes
            case .words(let words): words.map { UInt8($0 >> 8) }
            case .floats(let floats): floats.map { UInt8((255 * min(max($0, 0), 1)).rounded()) }
            }
        return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
    }
}
