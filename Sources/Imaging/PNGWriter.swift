import FileAccess
import ImageCodecs

/// Whether a file is a PNG that this program wrote as a result, byte for byte: ``PNGRowWriter`` and
/// ``Bitmap/writeResult(to:)`` leave a mark with a digest of the file in it. One that was changed since, by whatever
/// program, is no longer one.
public func isOwnPNG(path: String) -> Bool {
    (try? Files.reading(path) { image_codec_png_is_marked($0) == 1 }) ?? false
}

extension Bitmap {
    /// The bitmap as a PNG file, 8 bits gray or RGB; equal bitmaps give equal bytes.
    ///
    /// - Throws: an error if the bitmap has no pixels or the memory does not suffice.
    public func encodePNG() throws(ImageError) -> [UInt8] { try encodePNG(name: "picture", isMarked: false) }

    /// Writes the bitmap as a PNG file: to a temporary name in the same folder, synced, then renamed.
    ///
    /// - Throws: an error that names the file and the system's reason; a file that was there before stays as it was.
    public func writePNG(to path: String) throws(ImageError) {
        try write(encodePNG(name: path, isMarked: false), to: path)
    }

    /// As ``writePNG(to:)``, with the mark of a file that this program may replace: see ``isOwnPNG(path:)``.
    public func writeResult(to path: String) throws(ImageError) {
        try write(encodePNG(name: path, isMarked: true), to: path)
    }

    private func write(_ bytes: [UInt8], to path: String) throws(ImageError) {
        do { try FileWriter.write(path, bytes) } catch { throw ImageError(error) }
    }

    private func encodePNG(name: String, isMarked: Bool) throws(ImageError) -> [UInt8] {
        guard width > 0 && height > 0 else { throw ImageError(file: name, message: "has no pixels to write") }
        var buffer = image_codec_buffer()
        defer { image_codec_release(&buffer) }
        let failure = RowDecoder.failureMessage { message in
            pixels.withUnsafeBufferPointer { source in
                image_codec_png_encode(
                    source.baseAddress, UInt32(width), UInt32(height), Int32(channels), isMarked ? 1 : 0, &buffer,
                    message)
            }
        }
        if let failure { throw ImageError(file: name, message: "cannot be encoded as PNG: \(failure)") }
        return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
    }
}
