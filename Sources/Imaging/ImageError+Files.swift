import FileAccess

/// Bytes of the largest file that is read: a compressed picture beyond that is something else under a wrong name.
private let maximumFileSize = 1 << 30

/// The bytes of a file, or only the first `limit`.
///
/// - Throws: an error with the system's reason, such as "No such file or directory", or if a whole file is too large.
func readFile(_ path: String, limit: Int? = nil) throws(ImageError) -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try Files.head(of: path, count: limit ?? maximumFileSize + 1) } catch { throw ImageError(error) }
    guard bytes.count <= maximumFileSize else {
        throw ImageError(file: path, message: "is larger than 1 GiB, expected a PNG or JPEG picture")
    }
    return bytes
}

extension ImageError {
    init(_ error: FileError) { self.init(file: error.path, message: error.message) }
}
