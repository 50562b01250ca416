/// Decodes a JPEG or PNG file to RGB, with the values of Pillow's `ImageOps.exif_transpose(Image.open(path))
/// .convert("RGB")`.
///
/// The format is found by content. Gray and palettes become RGB, alpha is dropped, 16-bit samples keep their high byte,
/// CMYK is converted without a colour profile, and the picture is turned as its orientation tag says, unless the options
/// say otherwise.
///
/// - Throws: an error that names the file if it cannot be read, is no PNG or JPEG, is damaged or truncated, or has more
///   than 2^28 pixels.
public func decodePicture(path: String, options: DecodingOptions = DecodingOptions()) throws(ImageError) -> Bitmap {
    try decodedPicture(.file(path, options.supervisor), options)
}

/// Decodes JPEG or PNG `bytes` to RGB; `name` stands for the file in errors. See ``decodePicture(path:options:)``.
public func decodePicture(
    _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
) throws(ImageError) -> Bitmap {
    try decodedPicture(.memory(bytes, name: name, options.supervisor), options)
}

private func decodedPicture(_ input: PictureInput, _ options: DecodingOptions) throws(ImageError) -> Bitmap {
    let decoder = try RowDecoder(input, options)
    let info = decoder.info
    try decoder.checkPixelCount()
    try decoder.start(.rgb, extra: 3 * info.width * info.height)
    let row = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 3 * info.storedWidth)
    defer { row.deallocate() }
    var pixels = [UInt8](repeating: 0, count: 3 * info.width * info.height)
    guard let base = row.baseAddress else { return Bitmap(width: 0, height: 0, channels: 3) }
    for y in 0..<info.storedHeight {
        try decoder.next(into: base)
        pixels.withUnsafeMutableBufferPointer {
            info.turn.place(
                UnsafeBufferPointer(row), y, width: info.storedWidth, height: info.storedHeight, channels: 3, into: $0)
        }
    }
    return Bitmap(width: info.width, height: info.height, channels: 3, pixels: pixels)
}

/// Decodes a mask to one channel of raw values, as numpy sees Pillow's picture, turned as its orientation tag says
/// unless the options say otherwise. See ``SizedMask/values``.
///
/// - Throws: an error that names the file, as `decodePicture(path:)`, or if the mask is a colour picture.
public func decodeMask(path: String, options: DecodingOptions = DecodingOptions()) throws(ImageError) -> Bitmap {
    try SizedMask(path: path, options: options, size: { ($0.width, $0.height) }).valueBitmap(path)
}

/// Decodes JPEG or PNG `bytes` to a mask; `name` stands for the file in errors. See ``decodeMask(path:options:)``.
public func decodeMask(
    _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
) throws(ImageError) -> Bitmap {
    try SizedMask(.memory(bytes, name: name, options.supervisor), options, { ($0.width, $0.height) }, nil)
        .valueBitmap(name)
}

extension PictureInfo {
    /// Reads the header of a JPEG or PNG file; the pixels are not checked.
    /// - Throws: an error that names the file if it cannot be read or its header is damaged.
    public init(path: String, options: DecodingOptions = DecodingOptions()) throws(ImageError) {
        self = try RowDecoder(.file(path, options.supervisor), options).info
    }

    /// Reads the header of the JPEG or PNG in `bytes`; `name` stands for the file in errors.
    public init(
        _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
    ) throws(ImageError) {
        self = try RowDecoder(.memory(bytes, name: name, options.supervisor), options).info
    }
}

/// The size of a JPEG or PNG file in pixels, as seen, from its header alone.
///
/// - Throws: as ``PictureInfo/init(path:options:)`` does.
public func pictureSize(
    path: String, options: DecodingOptions = DecodingOptions()
) throws(ImageError) -> (width: Int, height: Int) {
    let info = try PictureInfo(path: path, options: options)
    return (info.width, info.height)
}

/// The size of the JPEG or PNG in `bytes`; `name` stands for the file in errors.
public func pictureSize(
    _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
) throws(ImageError) -> (width: Int, height: Int) {
    let info = try PictureInfo(bytes, name: name, options: options)
    return (info.width, info.height)
}
