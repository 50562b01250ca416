import Platform

/// A file that grows by whole pieces: one that does not fit is taken back, so that a full disk leaves no half of it.
///
/// It must be of a folder that nobody else writes to.
public final class AppendedFile {
    public let path: String
    private let descriptor: Int32

    /// Opens a file, which is made if need be.
    /// - Parameter isNew: true fails when it is there already.
    public init(_ path: String, isNew: Bool = false) throws(FileError) {
        self.path = path
        descriptor = Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND | (isNew ? O_EXCL : 0), mode: 0o666)
        guard descriptor >= 0 else { throw .writing(path, errno) }
    }

    deinit { close(descriptor) }

    /// - Throws: `FileError` when the piece cannot be written; then nothing of it is there.
    public func append(_ piece: [UInt8]) throws(FileError) {
        var status = stat()
        let start = fstat(descriptor, &status) == 0 ? status.st_size : nil
        let code = Descriptor.write(piece, to: descriptor)
        guard code != 0 else { return }
        if let start { _ = ftruncate(descriptor, start) }
        throw .writing(path, code)
    }

    /// Makes what was appended last through a power cut.
    public func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .writing(path, errno) }
    }
}
