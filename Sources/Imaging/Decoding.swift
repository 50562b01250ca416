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
    try PictureFile(bytes, name: name).decodePicture()
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
    try PictureFile(bytes, name: name).decodeMask()
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
