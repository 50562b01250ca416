import ImageCodecs

/// The most pixels a picture may have: more is a damaged header or an attack on the memory.
let maximumPixelCount = 1 << 28

/// A compressed picture in memory and what its header says; decodes through the C shims.
struct Codec {
    let bytes: [UInt8]
    let name: String
    let format: ImageFormat
    let header: image_codec_header

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }
    var isPalette: Bool { Int(header.layout) == IMAGE_CODEC_PALETTE }
    var isCMYK: Bool { Int(header.layout) == IMAGE_CODEC_CMYK }

    /// Reads the header.
    ///
    /// - Throws: an error if `bytes` are neither PNG nor JPEG, damaged, or of an absurd size.
    init(_ bytes: [UInt8], name: String) throws(ImageError) {
        let format = try ImageFormat.decodable(bytes, name: name)
        var header = image_codec_header()
        let failure = Self.failureMessage { message in
            bytes.withUnsafeBufferPointer { source in
                format == .png
                    ? image_codec_png_header(source.baseAddress, source.count, &header, message)
                    : image_codec_jpeg_header(source.baseAddress, source.count, &header, message)
            }
        }
        if let failure { throw .damaged(name, format, failure) }
        self.bytes = bytes
        self.name = name
        self.format = format
        self.header = header
        guard width > 0, height > 0, width <= maximumPixelCount / height else {
            throw .absurdSize(name, width, height)
        }
    }

    /// Bytes of one decoded mask pixel: 1, 2 (gray of 16 bits, high byte first) or 3 (RGB).
    var maskBytesPerPixel: Int {
        guard format == .png else { return 1 }
        return withUnsafePointer(to: header) { Int(image_codec_png_pixel_bytes($0, Int32(IMAGE_CODEC_AS_MASK))) }
    }

    /// Decodes to red, green and blue.
    func decodeRGB() throws(ImageError) -> [UInt8] {
        try decode(as: Int32(IMAGE_CODEC_AS_RGB), bytesPerPixel: 3)
    }

    /// Decodes to the file's own values, `maskBytesPerPixel` each.
    func decodeMask() throws(ImageError) -> [UInt8] {
        try decode(as: Int32(IMAGE_CODEC_AS_MASK), bytesPerPixel: maskBytesPerPixel)
    }

    private func decode(as output: Int32, bytesPerPixel: Int) throws(ImageError) -> [UInt8] {
        let count = width * height * bytesPerPixel
        var failure: String?
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            failure = Self.failureMessage { message in
                bytes.withUnsafeBufferPointer { source in
                    format == .png
                        ? image_codec_png_decode(
                            source.baseAddress, source.count, output, target.baseAddress, count, message)
                        : image_codec_jpeg_decode(
                            source.baseAddress, source.count, output, target.baseAddress, count, message)
                }
            }
            initialized = failure == nil ? count : 0
        }
        if let failure { throw .damaged(name, format, failure) }
        return pixels
    }

    /// Runs a shim with room for its message, which is the result if it fails.
    static func failureMessage(_ body: (UnsafeMutablePointer<CChar>?) -> Int32) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IMAGE_CODEC_MESSAGE_SIZE)) { message in
            message.initialize(repeating: 0)
            guard body(message.baseAddress) != 0 else { return nil }
            return String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}

extension ImageError {
    static func damaged(_ name: String, _ format: ImageFormat, _ reason: String) -> ImageError {
        ImageError(file: name, message: "is a damaged or truncated \(format.rawValue) (\(reason)); replace it")
    }

    fileprivate static func absurdSize(_ name: String, _ width: Int, _ height: Int) -> ImageError {
        ImageError(
            file: name,
            message: "has \(width) x \(height) pixels, more than the \(maximumPixelCount) allowed; cut or shrink it")
    }
}
