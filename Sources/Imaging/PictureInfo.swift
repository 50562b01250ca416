import ImageCodecs

/// What a file's header says of its picture.
public struct PictureInfo: Hashable, Sendable {
    /// As seen.
    public var width: Int
    /// As seen.
    public var height: Int
    public var kind: PictureKind
    /// What was, or would have to be, done to the stored rows for people to see the picture.
    public var orientation: PictureOrientation
    /// False where the orientation is left alone, by the options.
    public var isOriented: Bool
    /// The colours of a palette's indices.
    public var palette: [PaletteColor]
    /// Channels that are read: 1 for gray, 3 for colours, else as many as there are; without alpha, unless so many were
    /// asked for.
    public var bands: Int
    /// What holds the file's numbers without loss.
    public var depth: SampleDepth
    /// True for files whose rows come in several passes, which decoders keep as a whole.
    public var isWhole: Bool
    /// Whether a decoder keeps the rows of such a file.
    var keepsRows: Bool
    /// What the decoder keeps besides: coefficients, a row of tiles.
    var heldBytes: Int

    /// Channels that a picture may have.
    public static let maximumBands = Int(IMAGE_MAX_BANDS)

    /// How stored rows are turned.
    var turn: PictureOrientation { isOriented ? orientation : .upright }
    var storedWidth: Int { turn.swapsSides ? height : width }
    var storedHeight: Int { turn.swapsSides ? width : height }
    /// 8, 16, or 32 for floats.
    public var sampleBits: Int { 8 * depth.rawValue }
    /// Numbers that rows have for each pixel: three for gray as well, else the bands.
    public var rowChannels: Int { bands == 1 ? 3 : bands }

    /// Bytes that decoding takes while rows come one by one: a few of them and tables, and all of the picture where a
    /// file stores its rows in several passes.
    public var decodingBytes: Int { decodingBytes(bytesPerPixel: rowChannels * depth.rawValue) }

    func decodingBytes(bytesPerPixel: Int) -> Int {
        let rows = 300_000 + (70 + 10 * rowChannels * depth.rawValue) * storedWidth
        return rows + heldBytes + (keepsRows ? storedWidth * storedHeight * bytesPerPixel : 0)
    }
}

extension PictureInfo {
    /// - Parameter appliesOrientation: whether sizes are to be those seen.
    init(_ header: image_codec_header, _ format: ImageFormat, appliesOrientation: Bool) {
        orientation = PictureOrientation(rawValue: Int(header.orientation)) ?? .upright
        isOriented = appliesOrientation
        let (stored, rows) = (Int(header.width), Int(header.height))
        let swaps = appliesOrientation && orientation.swapsSides
        (width, height) = swaps ? (rows, stored) : (stored, rows)
        kind = PictureKind(header, format)
        bands = Int(header.bands)
        depth = SampleDepth(rawValue: Int(header.depth)) ?? .bytes
        isWhole = header.is_whole != 0
        keepsRows = header.keeps_rows != 0
        // What cannot be is refused before it is added up.
        heldBytes = Int(clamping: min(header.held_bytes, 1 << 50))
        palette = withUnsafeBytes(of: header.palette) { bytes in
            (0..<Int(header.palette_count)).map { index in
                let place = 4 * index
                return PaletteColor(bytes[place], bytes[place + 1], bytes[place + 2], alpha: bytes[place + 3])
            }
        }
    }
}
