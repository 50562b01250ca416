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
    /// True for files whose rows come in several passes, which decoders keep as a whole.
    public var isWhole: Bool
    /// What the decoder itself keeps of the picture.
    var coefficientBytes: Int

    /// How stored rows are turned.
    var turn: PictureOrientation { isOriented ? orientation : .upright }
    var storedWidth: Int { turn.swapsSides ? height : width }
    var storedHeight: Int { turn.swapsSides ? width : height }
    /// 16 for files whose samples have so many bits, else 8.
    public var sampleBits: Int { kind.bits == 16 ? 16 : 8 }

    /// Bytes that decoding takes while rows come one by one: a few of them and tables, and all of the picture where a
    /// file stores its rows in several passes.
    public var decodingBytes: Int { decodingBytes(bytesPerPixel: 3 * sampleBits / 8) }

    func decodingBytes(bytesPerPixel: Int) -> Int {
        let rows = 300_000 + 100 * storedWidth
        guard isWhole else { return rows }
        return rows + (kind.format == .png ? storedWidth * storedHeight * bytesPerPixel : coefficientBytes)
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
        isWhole = header.is_whole != 0
        coefficientBytes = Int(clamping: header.held_bytes)
        palette = withUnsafeBytes(of: header.palette) { bytes in
            (0..<Int(header.palette_count)).map { index in
                let place = 4 * index
                return PaletteColor(bytes[place], bytes[place + 1], bytes[place + 2], alpha: bytes[place + 3])
            }
        }
    }
}
