import FileAccess
import HostLimits
import TestSupport
import Testing

/// What containers leave, by the system's files in either version of control groups.
@Suite struct HostLimitsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var files: [(String, String)]
        /// In MiB.
        var memory: Int
        var processors: Int
        /// May wait without sleeping.
        var awake: Int?
    }

    private static let machine = ("/proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable:    8388608 kB\n")

    private static let cases = [
        Case(testDescription: "a machine alone", files: [machine], memory: 8192, processors: 4),
        Case(
            testDescription: "a container",
            files: [
                machine, ("/sys/fs/cgroup/memory.max", "104857600\n"), ("/sys/fs/cgroup/memory.current", "52428800\n"),
                ("/sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 10485760\nactive_file 7\n"),
                ("/sys/fs/cgroup/cpu.max", "150000 100000\n"),
            ], memory: 60, processors: 2, awake: 1),
        Case(
            testDescription: "a service inside, whose parent is tighter",
            files: [
                machine, ("/proc/self/cgroup", "0::/box/service\n"),
                ("/sys/fs/cgroup/box/memory.max", "104857600\n"), ("/sys/fs/cgroup/box/memory.current", "73400320\n"),
                ("/sys/fs/cgroup/box/service/memory.max", "83886080\n"),
                ("/sys/fs/cgroup/box/service/memory.current", "20971520\n"),
                ("/sys/fs/cgroup/box/cpu.max", "50000 100000\n"),
                ("/sys/fs/cgroup/box/service/cpu.max", "max 100000\n"),
            ], memory: 30, processors: 1),
        Case(
            testDescription: "version 1",
            files: [
                machine, ("/proc/self/cgroup", "7:memory:/box\n4:cpu,cpuacct:/box\n0::/\n"),
                ("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "104857600\n"),
                ("/sys/fs/cgroup/memory/box/memory.usage_in_bytes", "62914560\n"),
                ("/sys/fs/cgroup/memory/box/memory.stat", "inactive_file 1\ntotal_inactive_file 20971520\n"),
                ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
                ("/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "300000\n"),
                ("/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n"),
            ], memory: 60, processors: 3),
        Case(
            testDescription: "more taken than allowed",
            files: [
                machine, ("/sys/fs/cgroup/memory.max", "1048576\n"), ("/sys/fs/cgroup/memory.current", "2097152\n"),
            ], memory: 0, processors: 4),
        Case(testDescription: "nothing is told", files: [], memory: 1024, processors: 4),
    ]

    @Test(arguments: cases)
    func theTightestCounts(_ one: Case) throws {
        let root = "/tmp/unetc-host-limits-\(UInt64.random(in: 0 ... .max))"
        try Files.makeFolder(root)
        defer { Files.removeFolder(root) }
        for (path, text) in one.files {
            try Files.makeFolder(root + Files.folder(of: path))
            try writeText(text, to: root + path)
        }
        let limits = HostLimits(root: root)
        #expect(limits.availableMemory() >> 20 == one.memory)
        #expect(limits.processors(allowed: 4) == one.processors)
        #expect(limits.processorsAwake(allowed: 4) == one.awake ?? one.processors)
        #expect(limits.processors(allowed: 1) == 1 && limits.processorsAwake(allowed: 1) == 1)
    }
}
