import FileAccess
import Kernels

import Platform
import Strategy

extension Target {
    /// The names that `--target` takes.
    public static let names = ["native", "x86-64-v3", "x86-64-v4", "x86-64-v4-bf16", "aarch64", "x86-64", "wasm32"]

    /// What the kernel calls the instructions that vectors of 16 floats, and of 8, take.
    static let avx512Flags = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
    static let avx2Flags = ["avx2", "fma", "bmi2"]
    /// Of one core that multiplies a vector of 16 floats a cycle, at 4 GHz.
    private static let splitVectorGigaflops = 128.0

    /// The target of that name.
    /// - Throws: `DriverError` that lists the valid names.
    public static func named(_ name: String) throws -> Target {
        switch name {
        case "native": return native()
        case "x86-64-v3": return .x86v3
        case "x86-64-v4": return .x86v4
        case "x86-64-v4-bf16": return .x86v4bf16
        case "wasm32": return .wasm32
        case "aarch64": return .aarch64
        case "x86-64": return .x86v1
        default:
            throw DriverError(
                "--target takes one of \(names.joined(separator: ", ")), found \"\(name)\"", exitCode: 2)
        }
    }

    /// This machine, with the widest vectors that its processor has.
    public static func native() -> Target {
        #if arch(arm64)
        var target = Target.aarch64
        target.compilerFlags = ["-mcpu=native"]
        #else
        let processor = ProcessorDescription.current()
        let flags = processor.flags
        var target = Target.x86v1
        if flags.isSuperset(of: avx512Flags) {
            target = .x86v4
            if processor.splitsWideVectors { target.throughput.gigaflops = Self.splitVectorGigaflops }
            target.compilerFlags = ["-march=native", "-mprefer-vector-width=512"]
            target.multipliesPairs = flags.contains("avx512_bf16")
        } else if flags.isSuperset(of: avx2Flags) {
            target = .x86v3
            target.compilerFlags = ["-march=native"]
        }
        #endif
        target.name = "native"
        if let bytes = cacheBytes(level: 1) { target.l1Bytes = bytes }
        if let bytes = cacheBytes(level: 2) { target.l2Bytes = bytes }
        return target
    }

    /// Bytes of a core's cache for data, as the system tells them; nil where it does not, or tells something absurd.
    private static func cacheBytes(level: Int) -> Int? {
        for index in 0..<8 {
            let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)/"
            guard let found = word(folder + "level"), let kind = word(folder + "type"), let size = word(folder + "size")
            else { return nil }
            guard Int(found) == level, kind != "Instruction", size.hasSuffix("K"), let kibibytes = Int(size.dropLast())
            else { continue }
            let plausible = level == 1 ? 16...256 : 128...4096
            return plausible.contains(kibibytes) ? kibibytes << 10 : nil
        }
        return nil
    }

    private static func word(_ path: String) -> String? {
        guard let bytes = try? Files.read(path) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }

    /// Refuses targets of another architecture, for which neither the C compiler nor the trainer's library is here.
    func checkBuildable() throws {
        #if arch(arm64)
        let isOurs = name == "native" || name == "aarch64"
        #else
        let isOurs = name == "native" || name.hasPrefix("x86")
        #endif
        guard !isOurs else { return }
        throw DriverError(
            "a trainer for \(name) cannot be built on this machine, whose processor is of another kind"
                + "\n  hint: run unetc on such a machine; unetc dump --stage kernels --target \(name) shows its kernels"
        )
    }

    /// Refuses targets whose instructions this machine's processor lacks.
    func checkRunnable() throws {
        try checkBuildable()
        #if arch(x86_64)
        let needed: [String: [String]] = [
            "x86-64-v3": Self.avx2Flags, "x86-64-v4": Self.avx512Flags,
            "x86-64-v4-bf16": Self.avx512Flags + ["avx512_bf16"],
        ]
        let flags = ProcessorDescription.current().flags
        guard let missing = needed[name]?.first(where: { !flags.contains($0) }) else { return }
        throw DriverError(
            "kernels for \(name) cannot run on this machine: its processor has no \(missing)"
                + "\n  hint: leave out --target")
        #endif
    }

    /// The processor's name, for the cache's key: `-march=native` means another thing on another machine.
    static func processorName() -> String {
        guard let bytes = try? Files.read("/proc/cpuinfo") else { return "unknown" }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let wanted = ["model name", "cpu family", "model\t", "flags", "CPU part"]
        var seen: [Substring] = []
        for line in lines where wanted.contains(where: { line.hasPrefix($0) }) && !seen.contains(line) {
            seen.append(line)
        }
        return seen.joined(separator: "\n")
    }
}
