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
