/// Decodes a picture file to RGB, with the values of Pillow's `ImageOps.exif_transpose(Image.open(path))
/// .convert("RGB")`.
///
/// The format is found by content. Gray and palettes become RGB, alpha is dropped, 16-bit samples keep their high byte,
/// CMYK is converted without a colour profile, and the picture is turned as its orientation tag says, unless the options
/// say otherwise. Of more than three bands, or two, the first three are shown, or the first one as gray; floats are shown
/// from 0 to 1 where all lie there, else from their lowest to their highest.
///
/// - Throws: an error that names the file if it cannot be read, is no picture that is read, is damaged or truncated, or has
///   more than 2^28 pixels.
public func decodePicture(path: String, options: DecodingOptions = DecodingOptions()) throws(ImageError) -> Bitmap {
    try decodedPicture(PictureInput.files(path, options), options)
}

/// Decodes the `bytes` of a file to RGB; `name` stands for the file in errors. See ``decodePicture(path:options:)``.
public func decodePicture(
    _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
) throws(ImageError) -> Bitmap {
    try decodedPicture([.memory(bytes, name: name, options.supervisor)], options)
}

private func decodedPicture(_ inputs: [PictureInput], _ options: DecodingOptions) throws(ImageError) -> Bitmap {
    let decoder = try RowDecoder(inputs, options)
    let info = decoder.info
    try decoder.checkPixelCount()
    let area = info.width * info.height
    guard info.depth != .floats else {
        try decoder.start(.floats, extra: 15 * area)
        return Bitmap(width: info.width, height: info.height, channels: 3, pixels: stretched(try shownRows(decoder)))
    }
    try decoder.start(.bytes, extra: 3 * area)
    return Bitmap(width: info.width, height: info.height, channels: 3, pixels: try shownRows(decoder))
}

/// Red, green and blue of all pixels as seen.
private func shownRows<Sample: Numeric>(_ decoder: RowDecoder) throws(ImageError) -> [Sample] {
    let info = decoder.info
    let (channels, width) = (info.rowChannels, info.storedWidth)
    let row = UnsafeMutableBufferPointer<Sample>.allocate(capacity: channels * width)
    let shown = UnsafeMutableBufferPointer<Sample>.allocate(capacity: 3 * width)
    defer {
        row.deallocate()
        shown.deallocate()
    }
    var pixels = [Sample](repeating: 0, count: 3 * info.width * info.height)
    guard let base = row.baseAddress else { return pixels }
    let bands = ShownBands(of: channels)
    for y in 0..<info.storedHeight {
        try decoder.next(into: base)
        if channels != 3 { bands.copy(UnsafeBufferPointer(row), channels: channels, to: shown) }
        pixels.withUnsafeMutableBufferPointer {
            info.turn.place(
                UnsafeBufferPointer(channels == 3 ? row : shown), y, width: width, height: info.storedHeight,
                channels: 3, into: $0)
        }
    }
    return pixels
}

/// Floats in 8 bits: from 0 to 1 where all lie there, else from the lowest to the highest.
private func stretched(_ floats: [Float]) -> [UInt8] {
    let (lowest, highest) = (floats.min() ?? 0, floats.max() ?? 1)
    let (low, high) = lowest >= 0 && highest <= 1 ? (0, 1) : (lowest, highest)
    guard high > low else { return [UInt8](repeating: 0, count: floats.count) }
    // Halves, since a difference of floats may be none.
    let span = high / 2 - low / 2
    return floats.map { UInt8(min(max(255 * (($0 / 2 - low / 2) / span), 0), 255).rounded()) }
}

/// Decodes a mask to one channel of raw values, as numpy sees Pillow's picture, turned as its orientation tag says
/// unless the options say otherwise. See ``SizedMask/values``.
///
/// - Throws: an error that names the file, as `decodePicture(path:)`, or if the mask is a colour picture.
public func decodeMask(path: String, options: DecodingOptions = DecodingOptions()) throws(ImageError) -> Bitmap {
    try SizedMask(path: path, options: options, size: { ($0.width, $0.height) }).valueBitmap(path)
}

/// Decodes the `bytes` of a file to a mask; `name` stands for the file in errors. See ``decodeMask(path:options:)``.
public func decodeMask(
    _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
) throws(ImageError) -> Bitmap {
    try SizedMask(.memory(bytes, name: name, options.supervisor), options, { ($0.width, $0.height) }, nil)
        .valueBitmap(name)
}

extension PictureInfo {
    /// Reads the header of a picture file; the pixels are not checked.
    /// - Throws: an error that names the file if it cannot be read or its header is damaged.
    /// - Parameter bands: how many channels are wanted; nil for those of the file.
    public init(
        path: String, bands: Int? = nil, options: DecodingOptions = DecodingOptions()
    ) throws(ImageError) {
        self = try RowDecoder(PictureInput.files(path, options), options, channels: bands ?? 0).info
    }

    /// Reads the header of the file in `bytes`; `name` stands for the file in errors.
    public init(
        _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
    ) throws(ImageError) {
        self = try RowDecoder(.memory(bytes, name: name, options.supervisor), options).info
    }
}

/// The size of a picture file in pixels, as seen, from its header alone.
///
/// - Throws: as ``PictureInfo/init(path:options:)`` does.
public func pictureSize(
    path: String, options: DecodingOptions = DecodingOptions()
) throws(ImageError) -> (width: Int, height: Int) {
    let info = try PictureInfo(path: path, options: options)
    return (info.width, info.height)
}

/// The size of the picture in `bytes`; `name` stands for the file in errors.
public func pictureSize(
    _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
) throws(ImageError) -> (width: Int, height: Int) {
    let info = try PictureInfo(bytes, name: name, options: options)
    return (info.width, info.height)
}
