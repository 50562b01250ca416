import Base
import FileAccess
import Synchronization

import Platform

/// Where compiled objects are kept.
enum CacheFolder {
    /// The folder that was asked for, or one for this process alone where that cannot be written to, behind a warning:
    /// a cache saves time, and nothing else depends on it.
    static func usable(_ wanted: String) -> String {
        guard let reason = obstacle(wanted) else { return wanted }
        return Temporary.instead(of: wanted, reason) ?? wanted
    }

    /// Why nothing can be written there; nil where it can.
    private static func obstacle(_ folder: String) -> String? {
        for part in ["work", "objects"] {
            let path = "\(folder)/\(part)"
            do { try Files.makeFolder(path) } catch { return error.message }
            guard path.withFileName({ access($0, W_OK | X_OK) }) == 0 else { return systemMessage(errno) }
        }
        return nil
    }

    /// One for all compilations of a process, gone when `removeTemporaryCache` is called.
    fileprivate enum Temporary {
        /// Whether there is one.
        static let isMade = Mutex(false)

        /// nil where there is no place for it either.
        static let path: String? = {
            let parent = Files.environment("TMPDIR") ?? "/tmp"
            let random = String(UInt64.random(in: 0 ... .max), radix: 36)
            let path = "\(parent)/unetc-\(getpid())-\(random)"
            guard (try? Files.makeFolder(path)) != nil else { return nil }
            isMade.withLock { $0 = true }
            return path
        }()

        static func instead(of wanted: String, _ reason: String) -> String? {
            guard let path else { return nil }
            warn(wanted, reason)
            return path
        }

        private static let warned = Mutex(false)

        private static func warn(_ wanted: String, _ reason: String) {
            let isFirst = warned.withLock { warned in
                defer { warned = true }
                return !warned
            }
            guard isFirst else { return }
            StandardStreams.complain(
                "warning: the cache \(wanted.shown) cannot be used: \(reason); what is compiled now is not kept\n"
                    + "  hint: $UNETC_CACHE names another folder\n")
        }
    }
}

/// Removes what was compiled beside the cache, because nothing could be written there: for the end of a process. What it had
/// compiled before it started itself anew, as `unetc bench` does, stays.
public func removeTemporaryCache() {
    guard CacheFolder.Temporary.isMade.withLock({ $0 }), let path = CacheFolder.Temporary.path else { return }
    Files.removeFolder(path)
}
