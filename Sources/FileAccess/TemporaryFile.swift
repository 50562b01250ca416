import Base
import Platform

/// The file beside another one that is to take its place.
///
/// Its name says whose it is and what it becomes, and its writer holds it locked; the lock ends with its holder, however
/// that ends. So one that nobody holds is what a killed program left behind, and the next writer of the same file removes
/// it. What is written to is always a new file, which nobody else has open.
struct TemporaryFile {
    let path: String
    let descriptor: Int32

    /// - Parameters:
    ///   - waits: for another writer of the same file to end; otherwise that is an error.
    ///   - name: what the user calls the file.
    init(for target: String, permissions: mode_t, waits: Bool, named name: String) throws(FileError) {
        path = Self.path(for: target)
        while true {
            let descriptor = Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: permissions)
            if descriptor >= 0 {
                if Self.lock(descriptor, waits: false), Self.isNamed(path, descriptor) {
                    self.descriptor = descriptor
                    return
                }
                // Somebody took it for a leftover before it was locked.
                close(descriptor)
            } else if errno == EEXIST {
                try Self.removeLeftover(path, waits: waits, named: name)
            } else {
                throw .writing(name, errno)
            }
        }
    }

    /// `NAME.unetc.tmp` in the same folder; of a long name only the beginning and a number made of all of it, so that it is
    /// a name that any file system takes.
    static func path(for target: String) -> String {
        let slash =
            target.utf8.lastIndex(of: UInt8(ascii: "/")).map { target.utf8.index(after: $0) } ?? target.startIndex
        let name = target[slash...]
        guard name.utf8.count > 120 else { return target + suffix }
        var start = name
        while start.utf8.count > 80 { start.removeLast() }
        return target[..<slash] + start + "~" + String(FNV1a.hash(name), radix: 36) + suffix
    }

    private static let suffix = ".unetc.tmp"

    private static func removeLeftover(_ path: String, waits: Bool, named name: String) throws(FileError) {
        let descriptor = Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw inTheWay(path, errno, name)
        }
        defer { close(descriptor) }
        guard lock(descriptor, waits: waits) else {
            throw FileError(name, "cannot be written: another program is writing it right now")
        }
        guard isNamed(path, descriptor) else { return }
        guard path.withFileName({ unlink($0) }) == 0 || errno == ENOENT else { throw inTheWay(path, errno, name) }
    }

    /// Removes what killed programs have left behind in a folder.
    static func removeLeftovers(in folder: String) {
        for name in (try? Files.names(in: folder)) ?? [] where name.hasSuffix(suffix) {
            let path = folder + "/" + name
            try? removeLeftover(path, waits: false, named: path)
        }
    }

    private static func inTheWay(_ path: String, _ code: Int32, _ name: String) -> FileError {
        FileError(name, "cannot be written: \(path) is in the way: \(systemMessage(code))")
    }

    /// File systems without locks count as locked.
    private static func lock(_ descriptor: Int32, waits: Bool) -> Bool {
        while flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            if errno != EINTR { return errno != EWOULDBLOCK }
        }
        return true
    }

    /// False when the name has gone to another file, or to none.
    private static func isNamed(_ path: String, _ descriptor: Int32) -> Bool {
        var ours = stat()
        var named = stat()
        return fstat(descriptor, &ours) == 0 && path.withFileName({ lstat($0, &named) }) == 0
            && ours.st_ino == named.st_ino
            && ours.st_dev == named.st_dev
    }
}
