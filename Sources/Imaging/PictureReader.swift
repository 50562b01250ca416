import FileAccess
import ImageCodecs

#if canImport(Glibc)
import Glibc
#endif

/// A picture file that is decoded row by row, so that its height takes no memory.
///
/// The rows are those of ``decodePicture(path:)``, byte for byte. Use a reader from one thread at a time.
public final class PictureReader {
    /// The most pixels of a row. The height is whatever the format allows.
    public static let maximumWidth = Int(IMAGE_ROW_MAX_WIDTH)

    public let width: Int
    public let height: Int
    /// True for files that store their rows in several passes (interlaced PNG, progressive JPEG): the decoder keeps the
    /// whole picture in memory, 3 to 6 bytes a pixel. They may have no more than 2^28 pixels.
    public let holdsWholePicture: Bool
    /// Rows that have been read.
    public private(set) var row = 0

    private let name: String
    private let format: ImageFormat
    private let descriptor: Int32
    private let reader: OpaquePointer

    /// Opens a file and reads its header.
    /// - Throws: an error that names the file if it cannot be read, is no PNG or JPEG, is damaged, or is too wide.
    public init(path: String) throws(ImageError) {
        let format = try ImageFormat.decodable(try readFile(path, limit: 16), name: path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImageError(file: path, message: "cannot be opened: \(systemMessage(errno))")
        }
        var header = image_codec_header()
        var holdsWhole: Int32 = 0
        var opened: OpaquePointer?
        let failure = Codec.failureMessage { message in
            let limit = UInt64(maximumPixelCount)
            opened =
                format == .png
                ? image_row_reader_open_png(descriptor, limit, &header, &holdsWhole, message)
                : image_row_reader_open_jpeg(descriptor, limit, &header, &holdsWhole, message)
            return opened == nil ? 1 : 0
        }
        guard let opened else {
            close(descriptor)
            let width = Int(header.width)
            guard width <= Self.maximumWidth else {
                throw ImageError(
                    file: path,
                    message: "has rows of \(width) pixels, more than the \(Self.maximumWidth) allowed; cut it")
            }
            throw .damaged(path, format, failure ?? "")
        }
        name = path
        self.format = format
        self.descriptor = descriptor
        reader = opened
        width = Int(header.width)
        height = Int(header.height)
        holdsWholePicture = holdsWhole != 0
    }

    deinit {
        image_row_reader_close(reader)
        close(descriptor)
    }

    /// Decodes the next row, red, green and blue of each pixel side by side, to the first `3 * width` bytes of `target`.
    ///
    /// Must not be called more than `height` times, nor after an error. The last row comes with the certainty that the
    /// file's end is sound as well.
    /// - Throws: an error that names the file if its data are damaged, truncated, or can no longer be read.
    public func readRow(into target: UnsafeMutableBufferPointer<UInt8>) throws(ImageError) {
        precondition(row < height && target.count >= 3 * width, "no row is left, or no room for it")
        let failure = Codec.failureMessage { image_row_reader_next(reader, target.baseAddress, $0) }
        if let failure { throw .damaged(name, format, failure) }
        row += 1
    }
}
