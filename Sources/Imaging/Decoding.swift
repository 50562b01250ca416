/// Decodes a JPEG or PNG file to RGB, with the values of Pillow's `Image.open(path).convert("RGB")`.
///
/// The format is found by content. Gray and palettes become RGB, alpha is dropped, 16-bit samples keep their high byte,
/// CMYK is converted without a colour profile. An orientation tag is not applied.
///
/// - Throws: an error that names the file if it cannot be read, is no PNG or JPEG, is damaged or truncated, or has more
///   than 2^28 pixels.
public func decodePicture(path: String) throws(ImageError) -> Bitmap {
    try decodePicture(readFile(path), name: path)
}

/// Decodes JPEG or PNG `bytes` to RGB; `name` stands for the file in errors. See ``decodePicture(path:)``.
public func decodePicture(_ bytes: [UInt8], name: String) throws(ImageError) -> Bitmap {
    let codec = try Codec(bytes, name: name)
    return Bitmap(width: codec.width, height: codec.height, channels: 3, pixels: try codec.decodeRGB())
}

/// Decodes a mask to one channel of raw values, as numpy sees Pillow's picture.
///
/// - Palette PNG: the palette *indices*.
/// - Gray PNG (alpha is dropped): the samples; with fewer than 8 bits they are scaled to 0...255, so that a 1-bit mask
///   is 0 and 255; with 16 bits the low byte if every value is below 256, else the high byte.
/// - RGB and RGBA PNG: the channel, if all three are equal.
/// - JPEG: gray (luma). Compression smears values, so masks are better kept in PNG.
///
/// - Throws: an error that names the file, as `decodePicture(path:)`, or if the mask is a colour picture.
public func decodeMask(path: String) throws(ImageError) -> Bitmap {
    try decodeMask(readFile(path), name: path)
}

/// Decodes JPEG or PNG `bytes` to a mask; `name` stands for the file in errors. See ``decodeMask(path:)``.
public func decodeMask(_ bytes: [UInt8], name: String) throws(ImageError) -> Bitmap {
    let codec = try Codec(bytes, name: name)
    guard !codec.isCMYK else { throw ImageError(file: name, message: .colourMask("CMYK")) }
    let raw = try codec.decodeMask()
    let values: [UInt8]
    switch codec.maskBytesPerPixel {
    case 1: values = raw
    case 2: values = reduceTo8Bits(raw)
    default:
        guard let gray = equalChannels(raw) else {
            throw ImageError(file: name, message: .colourMask("RGB"))
        }
        values = gray
    }
    return Bitmap(width: codec.width, height: codec.height, channels: 1, pixels: values)
}

/// The size of a JPEG or PNG file in pixels, from its header alone.
///
/// - Throws: an error that names the file if it cannot be read or its header is damaged; the pixels are not checked.
public func pictureSize(path: String) throws(ImageError) -> (width: Int, height: Int) {
    let prefix = 65_536
    let start = try readFile(path, limit: prefix)
    if start.count < prefix { return try pictureSize(start, name: path) }
    // A JPEG may have more than that in profiles and thumbnails before its header.
    if let codec = try? Codec(start, name: path) { return (codec.width, codec.height) }
    return try pictureSize(readFile(path), name: path)
}

/// The size of the JPEG or PNG in `bytes`; `name` stands for the file in errors. See ``pictureSize(path:)``.
public func pictureSize(_ bytes: [UInt8], name: String) throws(ImageError) -> (width: Int, height: Int) {
    let codec = try Codec(bytes, name: name)
    return (codec.width, codec.height)
}

/// 16-bit samples, high byte first, in 8 bits: label values as they are, intensities by their high byte.
private func reduceTo8Bits(_ raw: [UInt8]) -> [UInt8] {
    let high = stride(from: 0, to: raw.count, by: 2)
    let isSmall = high.allSatisfy { raw[$0] == 0 }
    return high.map { raw[$0 + (isSmall ? 1 : 0)] }
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

extension String {
    fileprivate static func colourMask(_ kind: String) -> String {
        """
        is a colour picture (\(kind)), expected a mask with one value a pixel; \
        save it as gray or palette PNG, or check that images and masks were not swapped
        """
    }
}
