import FileAccess

/// What the machine, and the container if there is one, leave to this process.
public struct HostLimits: Sendable {
    private let root: String

    /// - Parameter root: where the system's files are; another folder in tests.
    public init(root: String = "") { self.root = root }

    /// Bytes that the system could give without swapping, within the limits of containers; a GiB where it does not say.
    public var availableMemory: Int {
        let free = meminfo("MemAvailable") ?? 1 << 30
        guard let (limit, used) = ControlGroups(root: root).memory else { return free }
        return min(free, max(0, limit - used))
    }

    /// Processors that are worth a thread each: those that may be used, or the time that a container is given.
    /// - Parameter allowed: those that the process may run on.
    public func processors(allowed: Int) -> Int {
        guard let quota = ControlGroups(root: root).processors else { return max(1, allowed) }
        return max(1, min(allowed, Int(quota.rounded(.up))))
    }

    private func meminfo(_ name: String) -> Int? {
        guard let bytes = try? Files.read(root + "/proc/meminfo") else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name + ":") }
        return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }.map { $0 << 10 }
    }
}
