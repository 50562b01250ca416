import FileAccess

import Platform

/// What the machine, and the container if there is one, leave to this process.
public struct HostLimits: Sendable {
    private let root: String

    /// - Parameter root: where the system's files are; another folder in tests.
    public init(root: String = "") { self.root = root }

    /// Bytes that the system could give without swapping, within the limits of containers and of the shell; a GiB where it does
    /// not say.
    /// - Parameter stacks: bytes that stacks of threads are still going to reserve, which `ulimit -v` counts though most of
    ///   them are never touched.
    public func availableMemory(stacks: Int = 0) -> Int {
        let free = min(meminfo("MemAvailable") ?? 1 << 30, addressSpaceLeft.map { max(0, $0 - stacks) } ?? .max)
        guard let (limit, used) = ControlGroups(root: root).memory else { return free }
        return min(free, max(0, limit - used))
    }

    /// Processors that are worth a thread each: those that may be used, or the time that a container is given, rounded up:
    /// with two threads for one and a half processors all of the time is used.
    /// - Parameter allowed: those that the process may run on.
    public func processors(allowed: Int) -> Int {
        guard let quota = ControlGroups(root: root).processors else { return max(1, allowed) }
        return max(1, min(allowed, Int(quota.rounded(.up))))
    }

    /// Of those processors, how many threads may be awake all the time without using up what a container is given: one that
    /// waits awake takes as much of its time as one that works, and all of them stand still when it is gone. Of half a
    /// processor nothing is left for that, so that this is less than `processors` where the time is no whole number of them.
    /// - Parameter allowed: as `processors`.
    public func processorsAwake(allowed: Int) -> Int {
        guard let quota = ControlGroups(root: root).processors else { return max(1, allowed) }
        return max(1, min(allowed, Int(quota.rounded(.down))))
    }

    /// What `ulimit -v` leaves; nil without such a limit.
    private var addressSpaceLeft: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max),
            let bytes = try? Files.read(root + "/proc/self/statm")
        else { return nil }
        let pages = String(decoding: bytes, as: UTF8.self).split(separator: " ").first.flatMap { Int($0) } ?? 0
        return max(0, Int(limit.rlim_cur) - pages * Int(getpagesize()))
    }

    private func meminfo(_ name: String) -> Int? {
        guard let bytes = try? Files.read(root + "/proc/meminfo") else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name + ":") }
        return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }.map { $0 << 10 }
    }
}
