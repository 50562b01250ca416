import HostLimits
import ModelABI
import ThreadPool

/// The threads of one executor, the caller's included.
final class WorkerPool {
    let threads: Int
    private let pool: OpaquePointer

    /// - Parameter pins: binds each thread to a processor of its own, but the caller, whom the system will run on the one that is
    ///   left: threads that it starts for other work would be bound with it.
    /// - Throws: `RuntimeError` for an absurd number of threads, when they cannot be started, or when there are not as many
    ///   processors to bind them to.
    init(threads: Int, pins: Bool = false) throws {
        guard (1...1024).contains(threads) else {
            throw RuntimeError("the number of threads is \(threads), expected 1 to 1024")
        }
        let processors = pins ? try Self.places(threads: threads).map { Int32($0) } : nil
        let awake = HostLimits().processorsAwake(allowed: allowedProcessorCount())
        guard let pool = unetc_pool_create(Int32(threads), Int32(awake), processors) else {
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

    /// Has each thread write to fresh memory, so that no page is missing when the first step runs, and each lies near the thread
    /// that uses it.
    ///
    /// Threads begin with contiguous shares of a step's tasks, and tasks go through a batch in order. So thread t of T mostly uses
    /// the t-th part of each tensor, and a page is that thread's to whom most of it belongs, over all tensors that ever lie
    /// there. Here no thread does anything for another one. Memory that was given back to the system comes back where it is
    /// first used.
    /// - Parameter blocks: the tensors, as bytes of the memory; what none of them covers is parted like one.
    func touch(_ memory: MappedMemory, blocks: [Range<Int>] = []) {
        let owners = PageOwners(
            blocks: blocks, bytes: memory.count, page: MappedMemory.hugePage, threads: threads
        ).owners.map { Int32($0) }
        unetc_pool_clear(pool, memory.base, Int64(memory.count), Int64(MappedMemory.hugePage), owners)
    }

    /// A processor for each thread, near ones behind each other.
    private static func places(threads: Int) throws -> [Int] {
        let allowed = allowedProcessors()
        guard let places = ProcessorTopology(processors: allowed).places(threads: threads, allowed: allowed) else {
            throw RuntimeError(
                "\(threads) threads cannot each be bound to a processor: this process may use \(allowed.count); "
                    + "start fewer threads, or let the system place them")
        }
        return places
    }
}
