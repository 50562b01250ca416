import ModelABI
import ThreadPool

/// The threads of one executor, the caller's included.
final class WorkerPool {
    let threads: Int
    private let pool: OpaquePointer

    /// - Throws: `RuntimeError` for an absurd number of threads, or when they cannot be started.
    init(threads: Int) throws {
        guard (1...1024).contains(threads) else {
            throw RuntimeError("the number of threads is \(threads), expected 1 to 1024")
        }
        guard let pool = unetc_pool_create(Int32(threads)) else {
            throw RuntimeError("\(threads) threads cannot be started: the system refused; try fewer")
        }
        self.threads = threads
        self.pool = pool
    }

    deinit { unetc_pool_destroy(pool) }

    /// Runs tasks `0 ..< count`, thread t with `calls[t]`, and returns when all are done.
    /// - Parameter intervals: thread t notes in `intervals[t]` when it worked; nil for nobody to look at the clock.
    func run(
        _ kernel: unetc_kernel, _ calls: UnsafePointer<unetc_call>, count: Int,
        intervals: UnsafeMutablePointer<unetc_interval>? = nil
    ) {
        var job = unetc_job(kernel: kernel, calls: calls, count: Int64(count), weight: 1, intervals: intervals)
        unetc_pool_run_jobs(pool, &job, 1)
    }

    /// Runs all tasks of jobs that do not depend on each other, and returns when they are done.
    func run(_ jobs: UnsafeBufferPointer<unetc_job>) {
        unetc_pool_run_jobs(pool, jobs.baseAddress, Int32(jobs.count))
    }

    /// Operations per second at best, on vectors of `lanes` floats.
    func measurePeakFlops(lanes: Int) -> Double { unetc_measure_peak_flops(pool, Int32(lanes)) }
    /// Bytes per second at best, read and written in memory beyond the caches.
    func measureBandwidth() -> Double { unetc_measure_bandwidth(pool) }

    /// Seconds until one of two threads sees what the other one has written.
    func measureHop() -> Double { unetc_measure_hop(pool) }

    /// Has each thread write to its share of fresh memory, so that no page is missing when the first step runs, and
    /// each lies near its thread.
    func touch(_ memory: MappedMemory) {
        let pages = (memory.count + MappedMemory.hugePage - 1) / MappedMemory.hugePage
        var operand: UnsafeMutableRawPointer? = memory.base
        withUnsafePointer(to: &operand) { operands in
            let call = unetc_call(operands: operands, scalars: nil, workspace: nil, count: Int64(memory.count))
            let calls = [unetc_call](repeating: call, count: threads)
            calls.withUnsafeBufferPointer { calls in
                guard let base = calls.baseAddress else { return }
                run(zeroPage, base, count: pages)
            }
        }
    }
}

/// Task t clears huge page t of the first operand, which has `count` bytes.
private let zeroPage: unetc_kernel = { call, task in
    guard let call = call?.pointee, let base = call.operands[0] else { return }
    let start = Int(task) * MappedMemory.hugePage
    let bytes = min(MappedMemory.hugePage, Int(call.count) - start)
    (base + start).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
}
