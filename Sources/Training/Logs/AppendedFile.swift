import Glibc
import Runtime

/// A file that grows by whole pieces: one that does not fit is taken back, so that a full disk leaves no half of it.
final class AppendedFile {
    let path: String
    private let descriptor: Int32

    /// Opens a file, which is made if need be.
    /// - Parameter isNew: true fails when it is there already.
    /// - Throws: `RuntimeError` that names the file.
    init(_ path: String, isNew: Bool = false) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (isNew ? O_EXCL : 0), 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
    }

    deinit { close(descriptor) }

    /// - Throws: `RuntimeError` when the piece cannot be written; then nothing of it is there.
    func append(_ piece: [UInt8]) throws {
        var rest = piece[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = count < 0 ? errno : ENOSPC
                // Nobody else writes into the run's folder.
                var status = stat()
                if fstat(descriptor, &status) == 0 {
                    _ = ftruncate(descriptor, status.st_size - off_t(piece.count - rest.count))
                }
                throw Self.failure(path, code)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes what was appended last through a power cut.
    func sync() throws { guard fsync(descriptor) == 0 else { throw Self.failure(path, errno) } }

    private static func failure(_ path: String, _ code: Int32) -> RuntimeError {
        RuntimeError("\(path): cannot be written: \(FileSystem.reason(code))")
    }
}
