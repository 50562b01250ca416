#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Writes files that are either wholly there or not there.
///
/// A file is written under a temporary name in the same folder, synced, and renamed; then the folder is synced. Should
/// anything fail, the temporary file is removed and a previous file of that name stays as it was. One that a killed
/// program left behind is taken over by the next write.
public enum AtomicFile {
    /// - Throws: `RuntimeError` that names the file.
    public static func write(_ path: String, contents: [UInt8]) throws {
        try write(path) { file in try contents.withUnsafeBytes { try file.append($0) } }
    }

    /// Writes text as UTF-8.
    /// - Throws: `RuntimeError` that names the file.
    public static func write(_ path: String, text: String) throws { try write(path, contents: Array(text.utf8)) }

    /// Writes text piece by piece, so that all of it is never in memory at once.
    /// - Parameter body: hands the pieces, in order, to the closure that it gets.
    /// - Throws: `RuntimeError` that names the file, and what `body` throws.
    public static func writePieces(_ path: String, of body: ((String) throws -> Void) throws -> Void) throws {
        try write(path) { file in
            var waiting: [UInt8] = []
            try body { piece in
                waiting += Array(piece.utf8)
                guard waiting.count >= 1 << 16 else { return }
                try waiting.withUnsafeBytes { try file.append($0) }
                waiting.removeAll(keepingCapacity: true)
            }
            try waiting.withUnsafeBytes { try file.append($0) }
        }
    }

    /// Writes what `body` appends.
    static func write(_ path: String, _ body: (FileSink) throws -> Void) throws {
        do {
            if isDevice(path) {
                try writeThrough(path, body)
            } else {
                try replace(path, body)
            }
        } catch let error as RuntimeError {
            throw RuntimeError("\(path): cannot be written: \(error.message)")
        }
    }

    private static func replace(_ path: String, _ body: (FileSink) throws -> Void) throws {
        let temporary = path + ".tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            let reason = systemMessage(errno)
            throw RuntimeError(errno == ENOENT ? "\(reason): its folder has to be there" : reason)
        }
        defer { close(descriptor) }
        try claim(descriptor, temporary)
        do {
            try body(FileSink(descriptor: descriptor))
            guard fsync(descriptor) == 0 else { throw RuntimeError(systemMessage(errno)) }
            guard rename(temporary, path) == 0 else { throw RuntimeError(systemMessage(errno)) }
        } catch {
            unlink(temporary)
            throw error
        }
        syncFolder(of: path)
    }

    /// Makes sure that no other program is writing the same file: the lock ends with its holder, however that ends, and
    /// a file that was renamed before the lock was ours is not ours to change.
    private static func claim(_ descriptor: Int32, _ temporary: String) throws {
        var ours = stat()
        var named = stat()
        let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
        guard isLocked, fstat(descriptor, &ours) == 0, lstat(temporary, &named) == 0, ours.st_ino == named.st_ino,
            ours.st_dev == named.st_dev
        else { throw RuntimeError("another program is writing it right now") }
        guard ftruncate(descriptor, 0) == 0 else { throw RuntimeError(systemMessage(errno)) }
    }

    /// Devices and pipes cannot be replaced by a file, and nobody means that.
    private static func writeThrough(_ path: String, _ body: (FileSink) throws -> Void) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw RuntimeError(systemMessage(errno)) }
        defer { close(descriptor) }
        try body(FileSink(descriptor: descriptor))
    }

    private static func isDevice(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        let kind = status.st_mode & S_IFMT
        return kind == S_IFCHR || kind == S_IFIFO
    }

    /// Makes the new name last through a power cut. Some file systems refuse, and the file is whole all the same.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// An open file that bytes are appended to.
struct FileSink {
    let descriptor: Int32

    /// - Throws: `RuntimeError` in the system's words, such as "No space left on device".
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = Self.write(descriptor, base, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw RuntimeError(count < 0 ? systemMessage(errno) : "nothing more fits") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// The C function, whose name the methods here hide.
    private static func write(_ descriptor: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, base, count)
        #else
        Musl.write(descriptor, base, count)
        #endif
    }
}
