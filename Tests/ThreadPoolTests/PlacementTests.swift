import ModelABI
import Platform
import TestSupport
import Testing
import ThreadPool

/// Where a pool's threads and its memory are.
@Suite struct PlacementTests {
    private static var processors: [Int32] {
        var numbers = [Int32](repeating: 0, count: 1024)
        let count = min(1024, Int(unetc_processor_numbers(&numbers, 1024)))
        return Array(numbers.prefix(count))
    }

    @Test func processorsHaveNumbers() {
        let numbers = Self.processors
        #expect(numbers.count == Int(unetc_processors()))
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        var first: Int32 = -1
        #expect(unetc_processor_numbers(&first, 1) == numbers.count && first == numbers.first)
    }

    @Test(.enabled(if: !processors.isEmpty, "this system does not number processors"), arguments: 1...4)
    func boundThreadsStayWhereTheyAre(threads: Int) throws {
        let processors = Self.processors
        let places = (0..<threads).map { processors[(threads - 1 - $0) % processors.count] }
        let pool = try #require(unetc_pool_create(Int32(threads), unetc_processors(), places))
        let seen = Cells([Int32](repeating: -1, count: threads * 64))
        let base = seen.base
        let calls = (0..<threads).map {
            unetc_call(
                operands: nil, scalars: nil, workspace: UnsafeMutableRawPointer(base + $0), count: Int64(threads))
        }
        for _ in 0..<20 { unetc_pool_run(pool, noteProcessor, calls, 64) }
        for (place, processor) in seen.values.enumerated() where processor >= 0 && place % threads > 0 {
            #expect(processor == places[place % threads], "thread \(place % threads)")
        }
        #expect(Self.processors == processors, "the caller is not bound")
        unetc_pool_destroy(pool)
    }

    @Test(arguments: [1, 2, 3, 7, 16], [0, 1, 4095, 4096, 4097, 70_001])
    func memoryIsCleared(threads: Int, bytes: Int) throws {
        let pool = try #require(unetc_pool_create(Int32(threads), unetc_processors(), nil))
        defer { unetc_pool_destroy(pool) }
        let memory = Cells([UInt8](repeating: 7, count: bytes + 1))
        let owners = (0..<bytes / 4096 + 1).map { Int32($0 * 5 % threads) }
        unetc_pool_clear(pool, memory.base, Int64(bytes), 4096, owners)
        #expect(memory.values == [UInt8](repeating: 0, count: bytes) + [7])
    }
}

/// The only processor that task i may run on, noted by thread t at place t + i * threads.
private let noteProcessor: unetc_kernel = { call, task in
    let seen = call!.pointee.workspace!.assumingMemoryBound(to: Int32.self)
    var processor: Int32 = -1
    let count = unetc_processor_numbers(&processor, 1)
    seen[Int(task) * Int(call!.pointee.count)] = count == 1 ? processor : 1 << 20
}
