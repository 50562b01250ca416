import Base
import FileAccess
import Platform

/// A file that stays open for reading as long as somebody holds it.
final class OpenedFile: Sendable {
    let path: String
    /// Bytes when it was opened.
    let size: Int
    private let descriptor: Int32

    /// - Throws: `TensorFileError` that names the file when it cannot be opened, or is no file.
    init(path: String) throws {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard descriptor >= 0 else { throw TensorFileError("\(path): cannot be opened: \(systemMessage(errno))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw TensorFileError("\(path): expected a file of tensors, and it is not a regular file")
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `target` from byte `offset` on.
    /// - Throws: `TensorFileError`, without the file's name, when the file ends before that.
    func read(_ target: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < target.count {
            let count = pread(
                descriptor, target.baseAddress.map { $0 + done }, target.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TensorFileError(systemMessage(errno)) }
            guard count > 0 else { throw TensorFileError("it ends at byte \(offset + done)") }
            done += count
        }
    }

    /// `count` bytes from byte `offset` on.
    /// - Throws: as `read`.
    func bytes(_ count: Int, at offset: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            try read(
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]), at: offset)
            filled = count
        }
    }

    /// The first bytes, at most `count`.
    func head(_ count: Int) throws -> [UInt8] { try bytes(min(count, size), at: 0) }
}
