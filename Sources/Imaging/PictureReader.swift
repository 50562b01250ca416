import ImageCodecs

/// A picture file that is decoded row by row, as seen, so that its height takes no memory.
///
/// The rows are those of ``decodePicture(path:options:)``, byte for byte. Use a reader from one thread at a time.
public final class PictureReader {
    /// The most pixels of a row. The height is whatever the format allows.
    public static let maximumWidth = Int(IMAGE_ROW_MAX_WIDTH)

    public let info: PictureInfo
    /// Rows that have been read.
    public private(set) var row = 0

    private let decoder: RowDecoder
    private var isStarted = false
    /// Whether rows come as words from the decoder.
    private var isDeep = false
    /// All rows as seen, of pictures that are stored in another order.
    private var whole = Whole.none

    private enum Whole {
        case none
        case bytes([UInt8])
        case words([UInt16])
    }

    public var width: Int { info.width }
    public var height: Int { info.height }
    /// Of the file: 8 or 16.
    public var sampleBits: Int { info.sampleBits }

    /// True for files whose rows come in another order than they are seen: those stored in several passes (interlaced
    /// PNG, progressive JPEG), and pictures that are to be turned. The whole picture is in memory then, 3 to 6 bytes a
    /// pixel, and may have no more than 2^28 of these.
    public var holdsWholePicture: Bool { info.isWhole || isTurned }

    /// True where rows cannot be given as they come.
    private var isTurned: Bool { ![.upright, .mirrored].contains(info.turn) }

    /// Opens a file and reads its header.
    /// - Throws: an error that names the file if it cannot be read, is no PNG or JPEG, is damaged, or is too wide.
    public convenience init(path: String, options: DecodingOptions = DecodingOptions()) throws(ImageError) {
        try self.init(.file(path, options.supervisor), options)
    }

    init(_ input: PictureInput, _ options: DecodingOptions) throws(ImageError) {
        decoder = try RowDecoder(input, options)
        info = decoder.info
    }

    /// Decodes the next row, red, green and blue of each pixel side by side, to the first `3 * width` bytes of `target`;
    /// 16-bit samples keep their high byte.
    ///
    /// Must not be called more than `height` times, nor after an error. The last row comes with the certainty that the
    /// file's end is sound as well. All rows of a reader are read in one of both forms.
    /// - Throws: an error that names the file if its data are damaged, truncated, can no longer be read, or take more
    ///   memory than there is.
    public func readRow(into target: UnsafeMutableBufferPointer<UInt8>) throws(ImageError) {
        precondition(row < height && !isDeep, "no row is left, or others were words")
        if !isStarted {
            try start(.rgb, sampleBytes: 1)
            if isTurned { whole = .bytes(try turnedRows()) }
        }
        let target = UnsafeMutableBufferPointer(rebasing: target[..<(3 * width)])
        if case .bytes(let all) = whole { copy(all, to: target) } else { try read(target) }
        row += 1
    }

    /// Decodes the next row to numbers as the file has them, 0 ... 255 or 0 ... 65535. See the other form.
    public func readRow(into target: UnsafeMutableBufferPointer<UInt16>) throws(ImageError) {
        guard sampleBits == 16 else {
            let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 3 * width)
            defer { bytes.deallocate() }
            try readRow(into: bytes)
            for (place, byte) in bytes.enumerated() { target[place] = UInt16(byte) }
            return
        }
        precondition(row < height && (isDeep || !isStarted), "no row is left, or others were bytes")
        if !isStarted {
            isDeep = true
            try start(.deepRGB, sampleBytes: 2)
            if isTurned { whole = .words(try turnedRows()) }
        }
        let target = UnsafeMutableBufferPointer(rebasing: target[..<(3 * width)])
        if case .words(let all) = whole { copy(all, to: target) } else { try read(target) }
        row += 1
    }

    private func start(_ output: RowDecoder.Output, sampleBytes: Int) throws(ImageError) {
        isStarted = true
        if isTurned { try decoder.checkPixelCount() }
        try decoder.start(output, extra: isTurned ? 3 * sampleBytes * width * height : 0)
    }

    /// The next stored row, mirrored if need be.
    private func read<Sample>(_ target: UnsafeMutableBufferPointer<Sample>) throws(ImageError) {
        guard let base = target.baseAddress else { return }
        try decoder.next(into: base)
        guard info.turn == .mirrored else { return }
        for x in 0..<width / 2 {
            for channel in 0..<3 { target.swapAt(3 * x + channel, 3 * (width - 1 - x) + channel) }
        }
    }

    /// All rows as seen.
    private func turnedRows<Sample: FixedWidthInteger>() throws(ImageError) -> [Sample] {
        var pixels = [Sample](repeating: 0, count: 3 * width * height)
        let row = UnsafeMutableBufferPointer<Sample>.allocate(capacity: 3 * info.storedWidth)
        defer { row.deallocate() }
        guard let base = row.baseAddress else { return pixels }
        for y in 0..<info.storedHeight {
            try decoder.next(into: base)
            pixels.withUnsafeMutableBufferPointer {
                info.turn.place(
                    UnsafeBufferPointer(row), y, width: info.storedWidth, height: info.storedHeight, channels: 3,
                    into: $0)
            }
        }
        return pixels
    }

    private func copy<Sample>(_ all: [Sample], to target: UnsafeMutableBufferPointer<Sample>) {
        let length = 3 * width
        all.withUnsafeBufferPointer { all in
            _ = target.update(
                fromContentsOf: UnsafeBufferPointer(rebasing: all[row * length..<(row + 1) * length]))
        }
    }
}
