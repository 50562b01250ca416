import Kernels

#if canImport(Glibc)
import Glibc
#endif

/// The processor, the memory and the folder for what is compiled.
struct MachineChecks {
    var processors: Int
    var target: Target
    /// Where the system's files are; another folder in tests.
    var root = ""
    var cacheFolder = ObjectCache.defaultFolder

    var checks: [HealthCheck] { [processor, cores, memory, hugePages, cache] }

    private var processor: HealthCheck {
        let name = field("model name", of: "/proc/cpuinfo") ?? "unknown processor"
        let vectors =
            "vectors of \(target.vectorWidth) floats" + (target.fusesMultiplyAdd ? " with fused multiply-add" : "")
        let caches = "caches of \(target.l1Bytes >> 10) KiB and \(target.l2Bytes >> 10) KiB a core"
        let text = "\(name), \(vectors), \(caches)"
        guard target.vectorWidth >= 8 || target.name == "aarch64" else {
            return HealthCheck(
                "processor", .warning, text,
                advice: "a processor with AVX2 is several times as fast; virtual machines may hide it: look at their "
                    + "processor type")
        }
        return HealthCheck("processor", text)
    }

    private var cores: HealthCheck {
        let online = max(processors, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let text = "\(processors) of \(online) processors may be used"
        if let quota, quota < Double(processors) - 0.01 {
            let share = (quota * 10).rounded() / 10
            return HealthCheck(
                "cores", .warning, text + ", for the time of \(share)",
                advice: "the container limits the time: give trainers --threads \(max(1, Int(quota)))")
        }
        return HealthCheck("cores", text)
    }

    /// Processors' worth of time that a container allows; nil without a limit.
    private var quota: Double? {
        guard let words = contents("/sys/fs/cgroup/cpu.max")?.split(whereSeparator: { $0 == " " || $0 == "\n" }),
            words.count == 2, let time = Double(words[0]), let period = Double(words[1]), period > 0
        else { return nil }
        return time / period
    }

    private var memory: HealthCheck {
        guard let total = kibibytes("MemTotal"), let free = kibibytes("MemAvailable") else {
            return HealthCheck("memory", .warning, "the system does not tell", advice: "is /proc there?")
        }
        var available = free
        var text = "\(Self.gibibytes(total)) GiB, \(Self.gibibytes(free)) GiB of it available"
        if let limit = contents("/sys/fs/cgroup/memory.max").flatMap({ Int($0.filter(\.isNumber)) }),
            limit >> 10 < total
        {
            available = min(available, limit >> 10)
            text += ", \(Self.gibibytes(limit >> 10)) GiB allowed by the container"
        }
        guard available < 1 << 20 else { return HealthCheck("memory", text) }
        return HealthCheck(
            "memory", .warning, text,
            advice: "close other programs, or train smaller nets and batches: trainer info says what a net takes")
    }

    private static func gibibytes(_ kibibytes: Int) -> Double { (Double(kibibytes) / 104857.6).rounded() / 10 }

    private var hugePages: HealthCheck {
        let file = "/sys/kernel/mm/transparent_hugepage/enabled"
        guard let mode = contents(file)?.split(separator: "[").last?.prefix(while: { $0 != "]" }) else {
            return HealthCheck("huge pages", .warning, "the system does not tell", advice: nil)
        }
        guard mode == "never" else { return HealthCheck("huge pages", String(mode)) }
        return HealthCheck(
            "huge pages", .warning, "switched off, so that large nets lose time to the memory's tables",
            advice: "as root: echo madvise > \(file)")
    }

    private var cache: HealthCheck {
        .of("cache", advice: "make it writable, or name another folder with UNETC_CACHE") {
            try Files.makeFolder(cacheFolder)
            let trial = Files.temporaryName(for: cacheFolder + "/doctor")
            try Files.write(trial, "trial\n")
            Files.remove(trial)
            var status = statvfs()
            guard statvfs(cacheFolder, &status) == 0 else { return HealthCheck("cache", cacheFolder) }
            let free = Int(status.f_bavail) * Int(status.f_frsize) >> 10
            let text = "\(cacheFolder), \(Self.gibibytes(free)) GiB free on its disk"
            guard free < 512 << 10 else { return HealthCheck("cache", text) }
            return HealthCheck(
                "cache", .warning, text, advice: "remove what is not needed, or name another folder with UNETC_CACHE")
        }
    }

    private func contents(_ path: String) -> String? {
        (try? Files.read(root + path)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func kibibytes(_ name: String) -> Int? {
        field(name, of: "/proc/meminfo").flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// What stands behind the colon in the first line that begins with `name`.
    private func field(_ name: String, of path: String) -> String? {
        guard let line = contents(path)?.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.split(separator: ":", maxSplits: 1).last.map { String($0.drop { $0 == " " || $0 == "\t" }) }
    }
}
