import FileAccess
import Kernels
import TestSupport
import Testing

@testable import Driver

import Platform

/// What `unetc doctor` says of machines, by their system's files.
@Suite struct MachineCheckTests {
    private static func folder() -> String { TestFolder.path + "/machine-\(UInt64.random(in: 0 ... .max))" }

    private func checks(
        _ files: [(String, String)], target: Target = .x86v4, processors: Int = 2
    ) throws -> [String: HealthCheck] {
        let root = Self.folder()
        for (path, text) in files {
            try Files.makeFolder(root + Files.folder(of: path))
            try writeText(text, to: root + path)
        }
        let checks = MachineChecks(
            processors: processors, target: target, root: root, cacheFolder: root + "/cache"
        ).checks
        return Dictionary(uniqueKeysWithValues: checks.map { ($0.name, $0) })
    }

    private let good = [
        ("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nflags\t\t: sse2 avx2 fma bmi2 avx512f\n"),
        ("/proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\nMemAvailable:    8388608 kB\n"),
        ("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
        ("/sys/fs/cgroup/cpu.max", "max 100000\n"), ("/sys/fs/cgroup/memory.max", "max\n"),
    ]

    @Test func goodMachinesAreFine() throws {
        let found = try checks(good)
        #expect(found.values.allSatisfy { $0.state == .fine })
        #expect(
            found["processor"]?.text.hasPrefix(
                "Some CPU @ 3 GHz, vectors of 16 floats with fused multiply-add for AVX-512, caches of") == true)
        #expect(found["memory"]?.text == "16.0 GiB, 8.0 GiB of it available")
        #expect(found["huge pages"]?.text == "madvise")
    }

    @Test(
        arguments: [
            ("/sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n", "huge pages", "echo madvise >"),
            ("/sys/fs/cgroup/cpu.max", "150000 100000\n", "cores", "--threads 1"),
            ("/sys/fs/cgroup/pids.max", "12\n", "cores", "raise pids.max"),
            ("/sys/fs/cgroup/memory.max", "536870912\n", "memory", "trainer info says what a net takes"),
            ("/proc/meminfo", "MemTotal: 2097152 kB\nMemAvailable: 512000 kB\n", "memory", "close other programs"),
        ])
    func faultsHaveTheirAdvice(path: String, text: String, check: String, advice: String) throws {
        let found = try checks(good.filter { $0.0 != path } + [(path, text)])
        #expect(found[check]?.state == .warning && found[check]?.advice?.contains(advice) == true, "\(found)")
        #expect(found.values.count { $0.state != .fine } == 1, "\(found)")
    }

    /// A service with a limit below a container with a wider one, in either version of control groups.
    @Test(arguments: [
        [
            ("/proc/self/cgroup", "0::/box/service\n"), ("/sys/fs/cgroup/box/cpu.max", "400000 100000\n"),
            ("/sys/fs/cgroup/box/service/cpu.max", "50000 100000\n"),
            ("/sys/fs/cgroup/box/memory.max", "4294967296\n"), ("/sys/fs/cgroup/box/memory.current", "3758096384\n"),
            ("/sys/fs/cgroup/box/service/memory.max", "max\n"), ("/sys/fs/cgroup/box/service/pids.max", "100\n"),
        ],
        [
            ("/proc/self/cgroup", "7:memory:/box\n4:cpu,cpuacct:/box/service\n3:pids:/box\n0::/\n"),
            ("/sys/fs/cgroup/cpu/box/service/cpu.cfs_quota_us", "50000\n"),
            ("/sys/fs/cgroup/cpu/box/service/cpu.cfs_period_us", "100000\n"),
            ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"), ("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
            ("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "4294967296\n"),
            ("/sys/fs/cgroup/memory/box/memory.usage_in_bytes", "3758096384\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("/sys/fs/cgroup/pids/box/pids.max", "100\n"),
        ],
    ])
    func limitsOfGroupsAboveCount(files: [(String, String)]) throws {
        let found = try checks(good.filter { !$0.0.hasPrefix("/sys/fs/cgroup") } + files)
        #expect(found["cores"]?.text.hasSuffix(" processors may be used, for the time of 0.5") == true, "\(found)")
        #expect(
            found["memory"]?.text
                == "16.0 GiB, 8.0 GiB of it available, 4.0 GiB allowed by the container, of which 3.5 are taken")
        #expect(found["memory"]?.state == .warning && found["huge pages"]?.state == .fine)
    }

    @Test(arguments: [
        (Target.x86v3, "vectors of 8 floats with fused multiply-add for AVX2, without avx512bw, avx512cd, avx512dq …"),
        (Target.x86v1, "vectors of 4 floats without AVX2, caches"),
    ])
    func vectorsAreExplained(target: Target, text: String) throws {
        let found = try checks(good, target: target)["processor"]?.text
        #expect(found?.contains(text) == true, "\(found ?? "")")
    }

    @Test func sharedCachesAreTold() throws {
        let folder = "/sys/devices/system/cpu/cpu0/cache/index3/"
        let found = try checks(good + [(folder + "level", "3\n"), (folder + "size", "32768K\n")])["processor"]?.text
        #expect(found?.hasSuffix(" a core, 32 MiB shared") == true, "\(found ?? "")")
    }

    @Test func narrowVectorsAreNoted() throws {
        #expect(try checks(good, target: .x86v1)["processor"]?.advice?.contains("AVX2") == true)
    }

    @Test func cachesThatCannotBeWrittenAreAnError() throws {
        let root = Self.folder()
        try Files.makeFolder(root)
        try writeText("a file", to: root + "/cache")
        let found = MachineChecks(
            processors: 1, target: .x86v4, cacheFolder: root + "/cache/inside"
        ).checks.first { $0.name == "cache" }
        #expect(found?.state == .error && found?.advice?.contains("UNETC_CACHE") == true)
    }
}
