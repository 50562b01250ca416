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

    /// Of the picture: of all files together, where each has a channel.
    let info: PictureInfo
    /// The files, the first of which stands for the picture.
    private let files: [File]
    private let options: DecodingOptions
    private var claim: DecodingSupervisor.Claim?
    /// A row of one file, where there are several.
    private var part: UnsafeMutableRawPointer?
    private var output = Output.bytes

    /// An open file.
    private final class File {
        let input: PictureInput
        let header: image_codec_header
        let reader: OpaquePointer

        init(_ input: PictureInput, _ header: image_codec_header, _ reader: OpaquePointer) {
            (self.input, self.header, self.reader) = (input, header, reader)
        }

        deinit { image_row_reader_close(reader) }
    }

    /// Reads the header.
    convenience init(_ input: PictureInput, _ options: DecodingOptions, channels: Int = 0) throws(ImageError) {
        try self.init([input], options, channels: channels)
    }

    /// Reads the headers of all files of a picture.
    /// - Parameter channels: how many are wanted, 0 for no wish.
    /// - Throws: an error that names the file if it is damaged, without pixels, too wide, promises more than so
    ///   small a file can hold, or does not fit to the first.
    init(_ inputs: [PictureInput], _ options: DecodingOptions, channels: Int = 0) throws(ImageError) {
        var files: [File] = []
        for input in inputs {
            files.append(try Self.open(input, options, channels: inputs.count == 1 ? channels : 1))
        }
        self.files = files
        self.options = options
        info = try Self.info(files, options)
    }

    private static func open(
        _ input: PictureInput, _ options: DecodingOptions, channels: Int
    ) throws(ImageError) -> File {
        var header = image_codec_header()
        var opened: OpaquePointer?
        var shim = input.shimInput
        shim.channels = Int32(clamping: channels)
        shim.pages = options.pages.number
        let failure = Self.failure { input.opener(&shim, &header, &opened, $0) }
        guard let opened else { throw fault(input, options, failure) }
        // From here on the file closes the reader.
        let file = File(input, header, opened)
        guard header.width <= IMAGE_ROW_MAX_WIDTH else {
            throw ImageError(
                file: input.name,
                message: "has rows of \(header.width) pixels, more than the \(IMAGE_ROW_MAX_WIDTH) allowed; cut it")
        }
        return file
    }

    private static func info(_ files: [File], _ options: DecodingOptions) throws(ImageError) -> PictureInfo {
        let infos = files.map {
            PictureInfo($0.header, $0.input.format, appliesOrientation: options.appliesOrientation)
        }
        guard var info = infos.first, files.count > 1 else { return infos[0] }
        for (file, mine) in zip(files, infos) {
            guard mine.bands == 1 else {
                throw ImageError(
                    file: file.input.name,
                    message: "has \(mine.bands) bands, expected one channel a file; save it as gray")
            }
            let isAlike = (mine.width, mine.height, mine.turn) == (info.width, info.height, info.turn)
            guard isAlike && mine.depth == info.depth else {
                throw ImageError(
                    file: file.input.name,
                    message: "has \(mine.width) x \(mine.height) pixels of \(mine.kind.text), expected those of "
                        + "\(files[0].input.name): \(info.width) x \(info.height) of \(info.kind.text)")
            }
        }
        info.kind.layout = .bands
        info.bands = files.count
        info.isWhole = infos.contains(where: \.isWhole)
        info.keepsRows = infos.contains(where: \.keepsRows)
        info.heldBytes = infos.reduce(0) { $0 + $1.heldBytes }
        return info
    }

    deinit { part?.deallocate() }

    var name: String { files[0].input.name }

    /// Bytes of a pixel in a stored row.
    func bytesPerPixel(_ output: Output) -> Int {
        if files.count > 1 { return info.rowChannels * (output == .bytes ? 1 : info.depth.rawValue) }
        return withUnsafePointer(to: files[0].header) { Int(image_codec_pixel_bytes($0, output.number)) }
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
        self.output = output
        if files.count > 1 {
            part = .allocate(byteCount: max(1, info.storedWidth) * 3 * info.depth.rawValue, alignment: 8)
        }
        for file in files { try check(file) { image_row_reader_start(file.reader, output.number, $0) } }
    }

    /// Decodes the next stored row.
    func next(into row: UnsafeMutableRawPointer) throws(ImageError) {
        guard let part else {
            let bytes = row.assumingMemoryBound(to: UInt8.self)
            return try check(files[0]) { image_row_reader_next(files[0].reader, bytes, $0) }
        }
        let bytes = part.assumingMemoryBound(to: UInt8.self)
        for (channel, file) in files.enumerated() {
            try check(file) { image_row_reader_next(file.reader, bytes, $0) }
            // Gray comes three times.
            switch output {
            case .words: place(part.assumingMemoryBound(to: UInt16.self), channel, row)
            case .floats: place(part.assumingMemoryBound(to: Float.self), channel, row)
            case .bytes, .mask: place(bytes, channel, row)
            }
        }
    }

    private func place<Sample>(_ gray: UnsafePointer<Sample>, _ channel: Int, _ row: UnsafeMutableRawPointer) {
        let (target, step) = (row.assumingMemoryBound(to: Sample.self), files.count)
        for x in 0..<info.storedWidth { target[x * step + channel] = gray[3 * x] }
    }

    private func check(_ file: File, _ body: (UnsafeMutablePointer<CChar>?) -> Int32) throws(ImageError) {
        if let failure = Self.failure(body) { throw Self.fault(file.input, options, failure) }
    }

    /// Files have a least size for their pixels: a header that promises more is a damaged one, or meant to take memory and
    /// time.
    private func checkPlausibility() throws(ImageError) {
        for file in files where file.header.least_bytes > UInt64(file.input.count) {
            throw ImageError(
                file: file.input.name,
                message: "says that it has \(info.width) x \(info.height) pixels, which do not fit into its "
                    + "\(file.input.count) bytes; replace it")
        }
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
