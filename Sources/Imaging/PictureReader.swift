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
    /// In which form rows come, once one has been read.
    private var output: RowDecoder.Output?
    /// All rows as seen, of pictures that are stored in another order.
    private var whole: Whole?

    private enum Whole {
        case bytes([UInt8])
        case words([UInt16])
        case floats([Float])
    }

    public var width: Int { info.width }
    public var height: Int { info.height }
    /// Numbers of a pixel: red, green and blue, of gray three times the same, or the bands.
    public var channels: Int { info.rowChannels }

    /// True for files whose rows come in another order than they are seen: those stored in several passes (interlaced
    /// PNG, progressive JPEG), and pictures that are to be turned. The whole picture is in memory then, 3 to 6 bytes a
    /// pixel, and may have no more than 2^28 of these.
    public var holdsWholePicture: Bool { info.isWhole || isTurned }

    /// True where rows cannot be given as they come.
    private var isTurned: Bool { ![.upright, .mirrored].contains(info.turn) }

    /// Opens a file and reads its header.
    /// - Throws: an error that names the file if it cannot be read, is no picture that is read, is damaged, or is too wide.
    /// - Parameter bands: how many channels are wanted, which have to be there; nil for those of the file.
    public convenience init(
        path: String, bands: Int? = nil, options: DecodingOptions = DecodingOptions()
    ) throws(ImageError) {
        try self.init(PictureInput.files(path, options), bands: bands, options)
    }

    init(_ inputs: [PictureInput], bands: Int?, _ options: DecodingOptions) throws(ImageError) {
        decoder = try RowDecoder(inputs, options, channels: bands ?? 0)
        info = decoder.info
        if let bands { try info.checkBands(bands, decoder.name) }
    }

    /// Decodes the next row to the first `channels * width` bytes of `target`; 16-bit samples keep their high byte. Not
    /// for files of floats.
    ///
    /// Must not be called more than `height` times, nor after an error. The last row comes with the certainty that the
    /// file's end is sound as well. All rows of a reader are read in one form.
    /// - Throws: an error that names the file if its data are damaged, truncated, can no longer be read, or take more
    ///   memory than there is.
    public func readRow(into target: UnsafeMutableBufferPointer<UInt8>) throws(ImageError) {
        try begin(.bytes) { () throws(ImageError) in .bytes(try turnedRows()) }
        if case .bytes(let all) = whole { copy(all, to: target) } else { try read(target) }
        row += 1
    }

    /// Decodes the next row to numbers as the file has them, 0 ... 255 or 0 ... 65535. See the other form.
    public func readRow(into target: UnsafeMutableBufferPointer<UInt16>) throws(ImageError) {
        guard info.depth == .words else {
            let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: channels * width)
            defer { bytes.deallocate() }
            try readRow(into: bytes)
            for (place, byte) in bytes.enumerated() { target[place] = UInt16(byte) }
            return
        }
        try begin(.words) { () throws(ImageError) in .words(try turnedRows()) }
        if case .words(let all) = whole { copy(all, to: target) } else { try read(target) }
        row += 1
    }

    /// Decodes the next row of a file of floats. See the other forms.
    public func readRow(into target: UnsafeMutableBufferPointer<Float>) throws(ImageError) {
        try begin(.floats) { () throws(ImageError) in .floats(try turnedRows()) }
        if case .floats(let all) = whole { copy(all, to: target) } else { try read(target) }
        row += 1
    }

    /// Makes rows come, before the first one.
    private func begin(_ output: RowDecoder.Output, turned: () throws(ImageError) -> Whole) throws(ImageError) {
        precondition(row < height && (self.output ?? output) == output, "no row is left, or others had another form")
        precondition((output == .floats) == (info.depth == .floats), "the file has numbers of another form")
        guard self.output == nil else { return }
        self.output = output
        if isTurned { try decoder.checkPixelCount() }
        try decoder.start(output, extra: isTurned ? decoder.bytesPerPixel(output) * width * height : 0)
        if isTurned { whole = try turned() }
    }

    /// The next stored row, mirrored if need be.
    private func read<Sample>(_ target: UnsafeMutableBufferPointer<Sample>) throws(ImageError) {
        precondition(target.count >= channels * width, "no room for a row")
        guard let base = target.baseAddress else { return }
        try decoder.next(into: base)
        guard info.turn == .mirrored else { return }
        for x in 0..<width / 2 {
            for channel in 0..<channels {
                target.swapAt(channels * x + channel, channels * (width - 1 - x) + channel)
            }
        }
    }

    /// All rows as seen.
    private func turnedRows<Sample: Numeric>() throws(ImageError) -> [Sample] {
        var pixels = [Sample](repeating: 0, count: channels * width * height)
        let row = UnsafeMutableBufferPointer<Sample>.allocate(capacity: channels * info.storedWidth)
        defer { row.deallocate() }
        guard let base = row.baseAddress else { return pixels }
        for y in 0..<info.storedHeight {
            try decoder.next(into: base)
            pixels.withUnsafeMutableBufferPointer {
                info.turn.place(
                    UnsafeBufferPointer(row), y, width: info.storedWidth, height: info.storedHeight,
                    channels: channels, into: $0)
            }
        }
        return pixels
    }

    private func copy<Sample>(_ all: [Sample], to target: UnsafeMutableBufferPointer<Sample>) {
        let length = channels * width
        all.withUnsafeBufferPointer { all in
            _ = target.update(
                fromContentsOf: UnsafeBufferPointer(rebasing: all[row * length..<(row + 1) * length]))
        }
    }
}
