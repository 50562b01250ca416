import ImageCodecs

/// The most pixels a picture may have that is brought to another size, or held as a whole: more is a damaged header or
/// an attack on the memory.
let maximumPixelCount = 1 << 28

/// The stored rows of a picture, from the C shims.
final class RowDecoder {
    enum Output {
        case bytes
        case words
        case floats
        case mask

        fileprivate var number: Int32 {
            switch self {
            case .bytes: Int32(IMAGE_CODEC_AS_BYTES)
            case .words: Int32(IMAGE_CODEC_AS_WORDS)
            case .floats: Int32(IMAGE_CODEC_AS_FLOATS)
            case .mask: Int32(IMAGE_CODEC_AS_MASK)
            }
        }
    }

    let info: PictureInfo
    private let input: PictureInput
    private let header: image_codec_header
    private let reader: OpaquePointer
    private let options: DecodingOptions
    private var claim: DecodingSupervisor.Claim?

    /// Reads the header.
    /// - Parameter channels: how many are wanted, 0 for no wish.
    /// - Throws: an error that names the file if it is damaged, without pixels, too wide, or promises more than so
    ///   small a file can hold.
    init(_ input: PictureInput, _ options: DecodingOptions, channels: Int = 0) throws(ImageError) {
        var header = image_codec_header()
        var opened: OpaquePointer?
        var shim = input.shimInput
        shim.channels = Int32(clamping: channels)
        shim.pages = options.pages.number
        let failure = Self.failure { input.opener(&shim, &header, &opened, $0) }
        guard let opened else { throw Self.fault(input, options, failure) }
        self.input = input
        self.header = header
        self.options = options
        reader = opened
        info = PictureInfo(header, input.format, appliesOrientation: options.appliesOrientation)
        // From here on deinit closes the reader.
        guard header.width <= IMAGE_ROW_MAX_WIDTH else {
            throw ImageError(
                file: input.name,
                message: "has rows of \(header.width) pixels, more than the \(IMAGE_ROW_MAX_WIDTH) allowed; cut it")
        }
    }

    deinit { image_row_reader_close(reader) }

    var name: String { input.name }

    /// Bytes of a pixel in a stored row.
    func bytesPerPixel(_ output: Output) -> Int {
        withUnsafePointer(to: header) { Int(image_codec_pixel_bytes($0, output.number)) }
    }

    /// - Throws: an error that names the file if it has more pixels than can be worked with as a whole.
    func checkPixelCount() throws(ImageError) {
        guard info.width > 0, info.height > 0, info.width <= maximumPixelCount / info.height else {
            throw ImageError(
                file: name,
                message: "has \(info.width) x \(info.height) pixels, more than the \(maximumPixelCount) allowed; "
                    + "cut or shrink it")
        }
    }

    /// Gets rows to come; waits until there is room for what that takes.
    ///
    /// - Parameter extra: bytes that the caller is going to take until this object is let go of.
    /// - Throws: an error that names the file if it is damaged, cannot be held, or promises more than it can hold.
    func start(_ output: Output, extra: Int = 0) throws(ImageError) {
        if info.isWhole { try checkPixelCount() }
        try checkPlausibility()
        if let supervisor = options.supervisor {
            claim = try supervisor.claim(
                info.decodingBytes(bytesPerPixel: bytesPerPixel(output)) + extra, for: name, isWhole: info.isWhole,
                waits: options.waitsForRoom)
        }
        try check { image_row_reader_start(reader, output.number, $0) }
    }

    /// Decodes the next stored row.
    func next(into row: UnsafeMutableRawPointer) throws(ImageError) {
        let bytes = row.assumingMemoryBound(to: UInt8.self)
        try check { image_row_reader_next(reader, bytes, $0) }
    }

    private func check(_ body: (UnsafeMutablePointer<CChar>?) -> Int32) throws(ImageError) {
        if let failure = Self.failure(body) { throw Self.fault(input, options, failure) }
    }

    /// Files have a least size for their pixels: a header that promises more is a damaged one, or meant to take memory and
    /// time.
    private func checkPlausibility() throws(ImageError) {
        let isPlausible = header.least_bytes <= UInt64(input.count)
        guard !isPlausible else { return }
        throw ImageError(
            file: name,
            message: "says that it has \(info.width) x \(info.height) pixels, which do not fit into its "
                + "\(input.count) bytes; replace it")
    }

    /// What a shim says that has failed.
    struct Failure {
        /// Whether the file is damaged; else the words are a sentence to stand behind its name.
        var isDamage: Bool
        var words: String
    }

    private static func fault(_ input: PictureInput, _ options: DecodingOptions, _ failure: Failure?) -> ImageError {
        if options.supervisor?.isCancelled == true { return .cancelled(input.name) }
        let reason = failure?.words ?? ""
        if failure?.isDamage == false { return ImageError(file: input.name, message: reason) }
        // The words of the shims, of libpng, libjpeg and libtiff.
        if ["out of memory", "insufficient memory", "no space for"].contains(where: reason.lowercased().hasPrefix) {
            return ImageError(
                file: input.name,
                message: "cannot be decoded for want of memory; give more memory, or use fewer --threads")
        }
        return ImageError(
            file: input.name, message: "is a damaged or truncated \(input.format.name) (\(reason)); replace it")
    }

    /// Runs a shim with room for its message; nil if it succeeds.
    private static func failure(_ body: (UnsafeMutablePointer<CChar>?) -> Int32) -> Failure? {
        var code: Int32 = 0
        let words = failureMessage { message in
            code = body(message)
            return code
        }
        return words.map { Failure(isDamage: code != IMAGE_CODEC_REFUSED, words: $0) }
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

extension PageRule {
    fileprivate var number: Int32 {
        switch self {
        case .automatic: Int32(IMAGE_CODEC_PAGES_AUTOMATIC)
        case .first: Int32(IMAGE_CODEC_PAGES_FIRST)
        case .channels: Int32(IMAGE_CODEC_PAGES_CHANNELS)
        }
    }
}

extension SampleDepth {
    /// Rows that hold the numbers without loss.
    var output: RowDecoder.Output {
        switch self {
        case .bytes: .bytes
        case .words: .words
        case .floats: .floats
        }
    }
}
