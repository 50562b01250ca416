import TestSupport
import Testing

@testable import Runtime

import Platform

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
        // Other tests run beside this one, so that the peak may rise in between.
        #expect(before <= (try #require(processStatus("VmHWM"))) * 1024)
        let memory = try MappedMemory(bytes: before + 64 << 20, for: "a test")
        memory.base.initializeMemory(as: UInt8.self, repeating: 1, count: memory.count)
        #expect(MemoryUse.peakResidentBytes() >= memory.count)
        #expect(processStatus("NoSuchThing") == nil)
        let resident = try #require(MemoryUse.residentBytes())
        #expect(resident >= memory.count && resident <= MemoryUse.peakResidentBytes())
    }
}

@Suite struct HugePageTests {
    private static let areAllowed: Bool = {
        let modes = (try? readBytes("/sys/kernel/mm/transparent_hugepage/enabled")) ?? Array("[never]".utf8)
        return !String(decoding: modes, as: UTF8.self).contains("[never]")
    }()

    /// What the kernel says of the mapping that an address lies in, such as `AnonHugePages` in KiB.
    private func mapping(of address: UInt, _ key: String) throws -> Int? {
        var isInside = false
        for line in String(decoding: try readBytes("/proc/self/smaps"), as: UTF8.self).split(separator: "\n") {
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
        let huge = try #require(try mapping(of: address, "AnonHugePages"))
        // Others may have left the system short of them, but not of all.
        #expect(huge >= mebibytes / 2 << 10, "\(huge) KiB of \(mebibytes) MiB")
    }
}
