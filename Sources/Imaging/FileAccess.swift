#if canImport(Glibc)
import Glibc
#endif

/// Bytes of the largest file that is read: a compressed picture beyond that is something else under a wrong name.
private let maximumFileSize = 1 << 30

/// The bytes of a file, or only the first `limit`.
///
/// - Throws: an error with the system's reason, such as "No such file or directory", or if a whole file is too large.
func readFile(_ path: String, limit: Int? = nil) throws(ImageError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("cannot be opened", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("cannot be read", path) }
    let limit = limit ?? maximumFileSize + 1
    // One byte more than the file has, so that the end is seen without growing.
    let expected = min(limit, max(Int(status.st_size), 0) + 1)
    var bytes = [UInt8](repeating: 0, count: expected)
    var count = 0
    while count < limit {
        if count == bytes.count { bytes += [UInt8](repeating: 0, count: min(limit - count, count + 65_536)) }
        let got = bytes.withUnsafeMutableBytes { buffer in
            read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
        }
        if got < 0 && errno == EINTR { continue }
        guard got >= 0 else { throw .system("cannot be read", path) }
        if got == 0 { break }
        count += got
    }
    guard count <= maximumFileSize else {
        throw ImageError(file: path, message: "is larger than 1 GiB, expected a PNG or JPEG picture")
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// Writes a file so that `path` holds either what was there before or all of `bytes`, whatever happens in between.
///
/// - Throws: an error with the system's reason; the temporary file is removed.
func replaceFile(_ path: String, with bytes: [UInt8]) throws(ImageError) {
    let temporary = temporaryName(for: path)
    let descriptor = try createFile(temporary, for: path)
    let written = writeAll(bytes, to: descriptor) && fsync(descriptor) == 0
    // The reason must be kept before close and unlink overwrite it.
    let reason = errno
    let closed = close(descriptor) == 0
    guard written && closed && rename(temporary, path) == 0 else {
        let failure = ImageError.system("cannot be written", path, code: written ? errno : reason)
        unlink(temporary)
        throw failure
    }
}

/// A name beside `path` that no other writer has.
func temporaryName(for path: String) -> String { "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp" }

/// A new file, open for writing, that is to become `path`.
func createFile(_ temporary: String, for path: String) throws(ImageError) -> Int32 {
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("cannot be written", path) }
    return descriptor
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension ImageError {
    static func system(_ what: String, _ path: String, code: Int32 = errno) -> ImageError {
        ImageError(file: path, message: "\(what): \(String(cString: strerror(code)))")
    }
}
