import Testing

@testable import Runtime

#if canImport(Glibc)
import Glibc
#endif

@Suite struct MachineTests {
    @Test(arguments: [nil, 4, 8, 16, 32])
    func yardsticksAreMeasured(width: Int?) throws {
        let machine = try MachineSpeed(threads: 2, vectorWidth: width)
        #expect([4, 8, 16].contains(machine.widestVector))
        #expect(machine.vectorWidth == min(width ?? 16, machine.widestVector))
        #expect(machine.peakFlops > 1e8 && machine.widestPeakFlops > 1e8, "\(machine)")
        #expect(machine.bandwidth > 1e8 && machine.bandwidth < 1e13, "\(machine)")
    }

    @Test func processorsAreThoseOfTheProcess() {
        #expect((1...Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))).contains(processorCount()))
    }

    @Test func thePeakOfMemoryIsThisProgramsOwn() throws {
        let before = MemoryUse.peakResidentBytes()
        #expect(before == (try #require(processStatus("VmHWM"))) * 1024)
        let memory = try MappedMemory(bytes: before + 64 << 20, for: "a test")
        memory.base.initializeMemory(as: UInt8.self, repeating: 1, count: memory.count)
        #expect(MemoryUse.peakResidentBytes() >= memory.count)
        #expect(processStatus("NoSuchThing") == nil)
    }
}

@Suite struct HugePageTests {
    private static let areAllowed: Bool = {
        guard let text = contents(of: "/sys/kernel/mm/transparent_hugepage/enabled") else { return false }
        return !text.contains("[never]")
    }()

    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[0..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What the kernel says of the mapping that an address lies in, such as `AnonHugePages` in KiB.
    private func mapping(of address: UInt, _ key: String) -> Int? {
        var isInside = false
        for line in (Self.contents(of: "/proc/self/smaps") ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if ends.count == 2 {
                isInside = ends[0] <= address && address < ends[1]
            } else if isInside, words[0] == key + ":" {
                return Int(words[1])
            }
        }
        return nil
    }

    @Test(.enabled(if: areAllowed, "this system gives no huge pages"), arguments: [2, 9])
    func largeMemoryLiesInHugePages(mebibytes: Int) throws {
        let memory = try MappedMemory(bytes: mebibytes << 20, for: "a test")
        try WorkerPool(threads: 2).touch(memory)
        let address = UInt(bitPattern: memory.base)
        #expect(address % UInt(MappedMemory.hugePage) == 0)
        let huge = try #require(mapping(of: address, "AnonHugePages"))
        // Others may have left the system short of them, but not of all.
        #expect(huge >= mebibytes / 2 << 10, "\(huge) KiB of \(mebibytes) MiB")
    }
}
