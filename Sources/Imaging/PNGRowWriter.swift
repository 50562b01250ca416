import FileAccess
import ImageCodecs

/// A PNG file that is written row by row, so that its height takes no memory.
///
/// The file is there when the last row is: `path` holds either what was there before or the whole picture. A writer that is
/// given up leaves nothing behind. Equal rows give equal bytes.
/// The file has the mark of a result, see ``isOwnPNG(path:)``.
/// Use a writer from one thread at a time.
public final class PNGRowWriter {
    /// What a pixel is.
    public enum Samples: Hashable, Sendable {
        /// One byte.
        case gray8
        /// Two bytes, the high one first.
        case gray16
        /// Red, green and blue, a byte each.
        case rgb8

        public var bytesPerPixel: Int {
            switch self {
            case .gray8: 1
            case .gray16: 2
            case .rgb8: 3
            }
        }
    }

    public let path: String
    public let width: Int
    public let height: Int
    public let samples: Samples
    private let file: FileWriter
    private let writer: OpaquePointer
    private var rows = 0

    /// - Parameter isSmooth: for pictures, whose neighbouring pixels are alike but differ; false for masks.
    /// - Throws: an error that names the file if it cannot be made, or has no pixels.
    public init(path: String, width: Int, height: Int, samples: Samples, isSmooth: Bool) throws(ImageError) {
        guard (1...Int(Int32.max)).contains(width), (1...Int(Int32.max)).contains(height) else {
            throw ImageError(file: path, message: "cannot be written: a PNG has no \(width) x \(height) pixels")
        }
        let file: FileWriter
        do { file = try FileWriter(path, .unsynced) } catch { throw ImageError(error) }
        var opened: OpaquePointer?
        // Measured on masks and photographs: more takes much longer for little.
        let compression: Int32 = isSmooth ? 1 : 4
        let failure = RowDecoder.failureMessage { message in
            opened = image_row_writer_open(
                file.descriptor, UInt32(width), UInt32(height), samples == .rgb8 ? 3 : 1, samples == .gray16 ? 16 : 8,
                compression, isSmooth ? 1 : 0, message)
            return opened == nil ? 1 : 0
        }
        guard let opened else { throw ImageError(file: path, message: "cannot be written: \(failure ?? "")") }
        self.path = path
        self.width = width
        self.height = height
        self.samples = samples
        self.file = file
        writer = opened
    }

    deinit { image_row_writer_close(writer) }

    /// Writes the next row of `width` pixels; the last one makes the file appear.
    ///
    /// The file is not synced: after a power cut it may be missing, and is made anew by the same prediction.
    /// - Throws: an error that names the file and the system's reason, such as "No space left on device". The writer is
    ///   of no further use then.
    public func append(_ row: UnsafeBufferPointer<UInt8>) throws(ImageError) {
        precondition(rows < height && row.count == width * samples.bytesPerPixel, "not a row of this picture")
        try check { image_row_writer_append(writer, row.baseAddress, $0) }
        rows += 1
        if rows == height { try finish() }
    }

    /// Writes the next row. See the other form.
    public func append(_ row: [UInt8]) throws(ImageError) {
        let result = row.withUnsafeBufferPointer { buffer in
            Result<Void, ImageError> { () throws(ImageError) in try append(buffer) }
        }
        try result.get()
    }

    private func finish() throws(ImageError) {
        try check { image_row_writer_finish(writer, $0) }
        do { try file.finish() } catch { throw ImageError(error) }
    }

    private func check(_ body: (UnsafeMutablePointer<CChar>?) -> Int32) throws(ImageError) {
        if let failure = RowDecoder.failureMessage(body) {
            throw ImageError(file: path, message: "cannot be written: \(failure)")
        }
    }
}
