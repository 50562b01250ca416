import FileAccess

import FileAccess

/// What the system's control groups allow this process: the least of its own group and of those above it, as far as they
/// can be seen from here. Containers, and services with limits, are groups.
public struct ControlGroups: Sendable {
    /// Where the system's files are; another folder in tests.
    private let root: String

    public init(root: String = "") { self.root = root }

    /// Processors' worth of time; nil without a limit.
    public var processors: Double? {
        let unified = folders(of: nil).compactMap { folder -> Double? in
            guard let words = words(folder + "/cpu.max"), words.count == 2, let time = Double(words[0]) else {
                return nil
            }
            return share(time, of: Double(words[1]))
        }
        let older = folders(of: "cpu").compactMap { folder -> Double? in
            share(number(folder + "/cpu.cfs_quota_us"), of: number(folder + "/cpu.cfs_period_us"))
        }
        return (unified + older).min()
    }

    private func share(_ time: Double?, of period: Double?) -> Double? {
        guard let time, let period, time > 0, period > 0 else { return nil }
        return time / period
    }

    /// Bytes of memory, and how many of them are taken by all that counts towards the tightest limit; nil without a limit.
    /// What was read of files and can be forgotten does not count as taken.
    public var memory: (limit: Int, used: Int)? {
        let unified = folders(of: nil).compactMap { folder in
            limit(folder, "memory.max", used: "memory.current", forgettable: "inactive_file")
        }
        let older = folders(of: "memory").compactMap { folder in
            limit(
                folder, "memory.limit_in_bytes", used: "memory.usage_in_bytes", forgettable: "total_inactive_file")
        }
        return (unified + older).min { $0.limit - $0.used < $1.limit - $1.used }
    }

    private func limit(
        _ folder: String, _ limit: String, used: String, forgettable: String
    ) -> (limit: Int, used: Int)? {
        guard let limit = number(folder + "/" + limit) else { return nil }
        let line = lines(folder + "/memory.stat").first { $0.hasPrefix(forgettable + " ") }
        let cached = line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? 0
        return (Int(limit), Int(max(0, (number(folder + "/" + used) ?? 0) - cached)))
    }

    /// Threads and processes that may be started; nil without a limit.
    public var tasks: Int? {
        (folders(of: nil) + folders(of: "pids")).compactMap { number($0 + "/pids.max").map { Int($0) } }.min()
    }

    // MARK: Files

    /// The folders of the groups that the process is in, from its own up to the root.
    /// - Parameter controller: of version 1; nil for the one tree of version 2.
    private func folders(of controller: String?) -> [String] {
        let base = "/sys/fs/cgroup" + (controller.map { "/" + $0 } ?? "")
        let own = lines("/proc/self/cgroup").compactMap { line -> Substring? in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            let isOurs =
                controller.map { fields[1].split(separator: ",").contains(Substring($0)) } ?? (fields[0] == "0")
            return isOurs ? fields[2] : nil
        }.first
        var parts = (own ?? "").split(separator: "/")
        var folders = [base]
        while !parts.isEmpty {
            folders.append(base + "/" + parts.joined(separator: "/"))
            parts.removeLast()
        }
        return folders
    }

    private func lines(_ path: String) -> [Substring] {
        guard let bytes = try? Files.read(root + path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    private func words(_ path: String) -> [Substring]? { lines(path).first?.split(separator: " ") }

    /// The number in a file; nil for a word such as `max`, and for one that means no limit.
    private func number(_ path: String) -> Double? {
        guard let text = lines(path).first, let number = Double(text), number >= 0, number < 0x1p60 else { return nil }
        return number
    }
}
