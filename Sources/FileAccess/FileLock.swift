import Platform

/// A file that one process holds locked; the system lets go of it however the process ends.
public final class FileLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Locks a file, which is made if need be.
    /// - Parameter waits: for another holder to end.
    /// - Returns: nil when another process holds it.
    /// - Throws: `FileError` when there can be no such file.
    public static func hold(_ path: String, waits: Bool = false) throws(FileError) -> FileLock? {
        let descriptor = Descriptor.open(path, O_RDONLY | O_CREAT | O_NOFOLLOW, mode: 0o666)
        guard descriptor >= 0 else { throw .writing(path, errno) }
        while flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            let code = errno
            if code == EINTR { continue }
            // File systems without locks: nobody can be kept out.
            if code != EWOULDBLOCK { break }
            close(descriptor)
            return nil
        }
        return FileLock(descriptor: descriptor)
    }
}
