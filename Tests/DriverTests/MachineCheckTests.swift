import Kernels
import TestSupport
import Testing

@testable import Driver

#if canImport(Glibc)
import Glibc
#endif

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
        ("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\n"),
        ("/proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\nMemAvailable:    8388608 kB\n"),
        ("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
        ("/sys/fs/cgroup/cpu.max", "max 100000\n"), ("/sys/fs/cgroup/memory.max", "max\n"),
    ]

    @Test func goodMachinesAreFine() throws {
        let found = try checks(good)
        #expect(found.values.allSatisfy { $0.state == .fine })
        #expect(found["processor"]?.text.hasPrefix("Some CPU @ 3 GHz, vectors of 16 floats") == true)
        #expect(found["memory"]?.text == "16.0 GiB, 8.0 GiB of it available")
        #expect(found["huge pages"]?.text == "madvise")
    }

    @Test(
        arguments: [
            ("/sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n", "huge pages", "echo madvise >"),
            ("/sys/fs/cgroup/cpu.max", "150000 100000\n", "cores", "--threads 1"),
            ("/sys/fs/cgroup/memory.max", "536870912\n", "memory", "trainer info says what a net takes"),
            ("/proc/meminfo", "MemTotal: 2097152 kB\nMemAvailable: 512000 kB\n", "memory", "close other programs"),
        ])
    func faultsHaveTheirAdvice(path: String, text: String, check: String, advice: String) throws {
        let found = try checks(good.filter { $0.0 != path } + [(path, text)])
        #expect(found[check]?.state == .warning && found[check]?.advice?.contains(advice) == true, "\(found)")
        #expect(found.values.count { $0.state != .fine } == 1, "\(found)")
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
