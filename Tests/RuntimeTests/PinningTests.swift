import Base
import Testing

@testable import Runtime

/// Threads that are bound to processors, and memory near them.
@Suite struct PinningTests {
    private func weights(threads: Int, pins: Bool) throws -> [UInt32] {
        let model = try TestModel.load()
        let store = try ParameterStore(model: model)
        try store.setValues([1, 2, 3, 4, 5, 6], of: "w")
        let executor = try Executor(
            model: model, parameters: store, plans: ["train"], threads: threads, optimizer: "plain", pins: pins)
        let plan = try executor.plan("train")
        for sample in 0..<5 {
            try executor.write(
                "x", plan: plan, sample: sample, from: (0..<TestModel.elements).map { Float(100 * sample + $0) })
        }
        try executor.run(plan, batch: 5, scalars: .sgd(step: 1, learningRate: 0.01))
        return try store.values(of: "w").map(\.bitPattern)
    }

    @Test func boundThreadsComputeTheSame() throws {
        let expected = try weights(threads: 1, pins: false)
        for threads in 1...allowedProcessorCount() {
            #expect(try weights(threads: threads, pins: true) == expected, "\(threads) threads")
        }
    }

    @Test func moreThreadsThanProcessorsCannotBeBound() {
        let error = #expect(throws: RuntimeError.self) {
            try WorkerPool(threads: allowedProcessorCount() + 1, pins: true)
        }
        #expect(error?.message.contains("fewer threads") == true)
    }

    /// What the caller starts for other work is not bound.
    @Test func otherThreadsRunAnywhere() throws {
        let pool = try WorkerPool(threads: allowedProcessorCount(), pins: true)
        let seen = Monitor<Int>(0)
        let thread = try PosixThread {
            let count = allowedProcessorCount()
            seen.withLock { $0 = count }
        }
        thread.join()
        withExtendedLifetime(pool) {}
        #expect(seen.withLock { $0 } == allowedProcessorCount())
    }

    /// (blocks, bytes, page, threads, owners)
    @Test(arguments: [
        // Without tensors, and of one that fills the memory: contiguous shares.
        ([], 80, 10, 4, [0, 0, 1, 1, 2, 2, 3, 3]), ([0..<80], 80, 10, 4, [0, 0, 1, 1, 2, 2, 3, 3]),
        ([], 75, 10, 1, [0, 0, 0, 0, 0, 0, 0, 0]), ([], 0, 10, 4, []), ([0..<5], 5, 10, 4, [0]),
        // Two tensors behind each other have a share of each thread each.
        ([0..<40, 40..<80], 80, 10, 4, [0, 1, 2, 3, 0, 1, 2, 3]),
        // One that takes the other's place for a while: who has most.
        ([0..<40, 0..<80, 0..<80], 80, 10, 2, [0, 0, 0, 0, 1, 1, 1, 1]),
        ([0..<40, 0..<40, 0..<80], 80, 10, 2, [0, 0, 1, 1, 1, 1, 1, 1]),
        // What no tensor covers.
        ([20..<40], 80, 10, 2, [0, 0, 0, 1, 1, 1, 1, 1]),
    ])
    func pagesAreTheirsWhoUseThemMost(blocks: [Range<Int>], bytes: Int, page: Int, threads: Int, owners: [Int]) {
        #expect(PageOwners(blocks: blocks, bytes: bytes, page: page, threads: threads).owners == owners)
    }
}
