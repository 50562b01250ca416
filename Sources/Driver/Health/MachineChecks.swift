import FileAccess
import HostLimits
import Kernels

import Platform

/// The processor, the memory, and the folder for what is compiled.
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
        let text = "\(name), \(vectors)\(reason), \(caches)\(sharedCache)"
        guard target.vectorWidth >= 8 || target.name == "aarch64" else {
            return HealthCheck(
                "processor", .warning, text,
                advice: "a processor with AVX2 is several times as fast; virtual machines may hide it: look at their "
                    + "processor type")
        }
        return HealthCheck("processor", text)
    }

    /// Why vectors are as wide as they are.
    private var reason: String {
        guard let line = field("flags", of: "/proc/cpuinfo") else { return "" }
        let flags = Set(line.split(separator: " ").map(String.init))
        let missing = { (wanted: [String]) in wanted.filter { !flags.contains($0) } }
        switch target.vectorWidth {
        case 16: return " for AVX-512"
        case 8: return " for AVX2, without " + list(missing(Target.avx512Flags), else: "AVX-512")
        default: return " without " + list(missing(Target.avx2Flags), else: "AVX2")
        }
    }

    private func list(_ flags: [String], else name: String) -> String {
        flags.isEmpty ? name : flags.prefix(3).joined(separator: ", ") + (flags.count > 3 ? " …" : "")
    }

    /// `, 32 MiB shared`, where the system tells of a third level.
    private var sharedCache: String {
        for index in 0..<8 {
            let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)/"
            guard contents(folder + "level")?.first == "3", let size = contents(folder + "size"),
                let kibibytes = Int(size.prefix { $0.isNumber })
            else { continue }
            return ", \(kibibytes >> 10) MiB shared"
        }
        return ""
    }

    private var groups: ControlGroups { ControlGroups(root: root) }

    private var cores: HealthCheck {
        let online = max(processors, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        var text = "\(processors) of \(online) processors may be used"
        if let quota = groups.processors, quota < Double(processors) - 0.01 {
            let share = (quota * 10).rounded() / 10
            return HealthCheck(
                "cores", .warning, text + ", for the time of \(share)",
                advice: "the container limits the time: give trainers --threads \(max(1, Int(quota)))")
        }
        if let tasks = groups.tasks {
            text += ", \(tasks) threads and processes may be started"
            if tasks < 8 * processors {
                return HealthCheck(
                    "cores", .warning, text,
                    advice:
                        "a trainer has up to two threads for each processor: give it fewer with --threads, or raise pids.max"
                )
            }
        }
        return HealthCheck("cores", text)
    }

    private var memory: HealthCheck {
        guard let total = kibibytes("MemTotal"), let free = kibibytes("MemAvailable") else {
            return HealthCheck("memory", .warning, "the system does not tell", advice: "is /proc there?")
        }
        var available = free
        var text = "\(Self.gibibytes(total)) GiB, \(Self.gibibytes(free)) GiB of it available"
        if let (limit, used) = groups.memory, limit >> 10 < total {
            available = min(available, max(0, limit - used) >> 10)
            text +=
                ", \(Self.gibibytes(limit >> 10)) GiB allowed by the container, of which "
                + "\(Self.gibibytes(used >> 10)) are taken"
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
            let trial = cacheFolder + "/doctor-trial"
            try FileWriter.write(trial, text: "trial\n", .waits)
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
