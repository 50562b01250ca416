import Base
import FileAccess

import Platform

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

    /// Removes what bears a name of ours and a lock that nobody holds. Everything else is somebody's: the user says where
    /// the cache is, and that may be a folder with a `work` of its own.
    private static func removeLeftovers(in all: String) {
        for name in (try? Files.names(in: all)) ?? [] where isOurs(name) {
            let folder = "\(all)/\(name)"
            if !Files.exists("\(folder)/\(lockName)") {
                // Ended before it was locked, and so before anything was put there; the system removes empty ones alone.
                _ = folder.withFileName { rmdir($0) }
            } else if (try? FileLock.hold("\(folder)/\(lockName)")) != nil {
                Files.removeFolder(folder)
            }
        }
    }

    /// `PID-RANDOM`, as `init` names them.
    private static func isOurs(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && parts[0].allSatisfy(digits.contains)
            && parts[1].allSatisfy { digits.contains($0) || letters.contains($0) }
    }
}
