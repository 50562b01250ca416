/// A PNG or JPEG file in memory: its header is known, its pixels are decoded on demand.
public struct PictureFile: Sendable {
    private let codec: Codec

    /// Reads the file and its header.
    ///
    /// - Throws: an error that names the file if it cannot be read, is no PNG or JPEG, or has a damaged header.
    public init(path: String) throws(ImageError) { codec = try Codec(readFile(path), name: path) }

    /// - Parameter name: stands for the file in errors.
    public init(_ bytes: [UInt8], name: String) throws(ImageError) { codec = try Codec(bytes, name: name) }

    public var width: Int { codec.width }
    public var height: Int { codec.height }
    public var kind: PictureKind { codec.kind }
    /// What decoding takes besides the file: the pixels, and what the decoder keeps of files that store them in several
    /// passes. In bytes.
    public var decodingBytes: Int { 3 * width * height + Int(codec.header.held_bytes) }

    /// The pixels in RGB. See ``decodePicture(path:)``.
    public func decodePicture() throws(ImageError) -> Bitmap {
        Bitmap(width: width, height: height, channels: 3, pixels: try codec.decodeRGB())
    }

    /// The raw values of a mask. See ``decodeMask(path:)``.
    public func decodeMask() throws(ImageError) -> Bitmap { try decodeMaskValues().bitmap }

    /// The raw values of a mask, and whether they are all that the file holds.
    public func decodeMaskValues() throws(ImageError) -> (bitmap: Bitmap, losesDigits: Bool) {
        guard !codec.isCMYK else { throw ImageError(file: codec.name, message: .colourMask("CMYK")) }
        let raw = try codec.decodeMask()
        var values = raw
        var losesDigits = false
        switch codec.maskBytesPerPixel {
        case 1: break
        case 2: (values, losesDigits) = reduceTo8Bits(raw)
        default:
            guard let gray = equalChannels(raw) else {
                throw ImageError(file: codec.name, message: .colourMask("RGB, \(colours(raw))"))
            }
            values = gray
        }
        return (Bitmap(width: width, height: height, channels: 1, pixels: values), losesDigits)
    }
}

/// 16-bit samples, high byte first, in 8 bits: label values as they are, intensities by their high byte. True when that
/// says less than the samples: numbers above 255 that are no 8-bit value made longer.
private func reduceTo8Bits(_ raw: [UInt8]) -> (values: [UInt8], losesDigits: Bool) {
    let high = stride(from: 0, to: raw.count, by: 2)
    let isSmall = high.allSatisfy { raw[$0] == 0 }
    let losesDigits = !isSmall && high.contains { raw[$0] != raw[$0 + 1] && raw[$0 + 1] != 0 }
    return (high.map { raw[$0 + (isSmall ? 1 : 0)] }, losesDigits)
}

/// The first channel of RGB pixels; nil if another differs.
private func equalChannels(_ raw: [UInt8]) -> [UInt8]? {
    var gray = [UInt8]()
    gray.reserveCapacity(raw.count / 3)
    for i in stride(from: 0, to: raw.count, by: 3) {
        guard raw[i] == raw[i + 1] && raw[i] == raw[i + 2] else { return nil }
        gray.append(raw[i])
    }
    return gray
}

/// `3 colours: 0/0/0, 128/0/0, 0/128/0`, in ascending order, or `more than 64 colours`: what tells classes painted in
/// colours from photographs.
private func colours(_ raw: [UInt8]) -> String {
    var seen: Set<UInt32> = []
    for i in stride(from: 0, to: raw.count, by: 3) {
        seen.insert(UInt32(raw[i]) << 16 | UInt32(raw[i + 1]) << 8 | UInt32(raw[i + 2]))
        if seen.count > 64 { return "more than 64 colours" }
    }
    let shown = seen.sorted().prefix(4).map { "\($0 >> 16)/\($0 >> 8 & 255)/\($0 & 255)" }
    return "\(seen.count) colours: " + shown.joined(separator: ", ") + (seen.count > shown.count ? " …" : "")
}

extension String {
    fileprivate static func colourMask(_ kind: String) -> String {
        """
        is a colour picture (\(kind)), expected a mask with one value a pixel; \
        save it as gray or palette PNG, or check that images and masks were not swapped
        """
    }
}
