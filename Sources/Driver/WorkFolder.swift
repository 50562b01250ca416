import FileAccess

#if canImport(Glibc)
import Glibc
#endif

/// A folder in the cache for the files of one compilation, which is gone when that is done.
///
/// It is held locked. What a killed compilation has left behind is held by nobody, and the next one removes it.
final class WorkFolder {
    let path: String
    private let lock: FileLock?

    /// - Throws: `FileError` when the cache cannot be written to.
    init(in cache: String) throws {
        let all = cache + "/work"
        try Files.makeFolder(all)
        // One at a time: a folder that is not locked yet looks like one that was left behind.
        let turn = try FileLock.hold(all + "/" + Self.lockName, waits: true)
        Self.removeLeftovers(in: all)
        path = "\(all)/\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        try Files.makeFolder(path)
        lock = try FileLock.hold(path + "/" + Self.lockName)
        withExtendedLifetime(turn) {}
    }

    deinit { Files.removeFolder(path) }

    private static let lockName = ".lock"

    private static func removeLeftovers(in all: String) {
        for name in (try? Files.names(in: all)) ?? [] where name != lockName {
            let lock = try? FileLock.hold("\(all)/\(name)/\(lockName)")
            if lock != nil { Files.removeFolder("\(all)/\(name)") }
        }
    }
}
