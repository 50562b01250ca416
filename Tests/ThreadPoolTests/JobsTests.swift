import ModelABI
import Platform
import Synchronization
import TestSupport
import Testing
import ThreadPool

/// Jobs that a pool of threads runs side by side.
@Suite struct JobsTests {
    /// Jobs by their numbers of tasks, each of a weight.
    struct Mix: Sendable, CustomTestStringConvertible {
        var counts: [Int]
        var weights: [Double]
        var testDescription: String { "\(counts) tasks of weights \(weights)" }
    }

    static let mixes = [
        Mix(counts: [], weights: []), Mix(counts: [0], weights: [1]), Mix(counts: [1], weights: [1]),
        Mix(counts: [17], weights: [1]), Mix(counts: [1000], weights: [0]),
        Mix(counts: [0, 0, 1, 0], weights: [1, 1, 1, 1]),
        Mix(counts: [3, 5, 7], weights: [1, 1, 1]), Mix(counts: [0, 9, 0, 0, 4, 0], weights: [9, 2, 9, 9, 0.1, 9]),
        Mix(counts: [1, 300], weights: [1000, 1]), Mix(counts: [300, 1], weights: [1, 1000]),
        Mix(counts: [5, 5, 5], weights: [0, 0, 0]), Mix(counts: [4, 4], weights: [1e300, 1e-300]),
        Mix(counts: [6, 6, 6], weights: [.infinity, .nan, -1]), Mix(counts: [-3, 2, -1], weights: [1, 1, 1]),
    ]

    @Test(arguments: [1, 2, 3, 7, 16, 64], mixes)
    func everyTaskRunsOnceAndIsNoted(threads: Int, mix: Mix) throws {
        let pool = try Pool(threads: threads)
        for _ in 0..<20 {
            let jobs = zip(mix.counts, mix.weights).map { CountedJob(count: $0, weight: $1, threads: threads) }
            let before = unetc_now()
            pool.run(jobs)
            let after = unetc_now()
            for job in jobs {
                #expect(job.runs == [Int32](repeating: 1, count: max(0, job.count)))
                let noted = job.intervals.filter { $0.tasks > 0 }
                #expect(noted.reduce(0) { $0 + Int($1.tasks) } == max(0, job.count))
                #expect(noted.allSatisfy { before <= $0.begin && $0.begin <= $0.end && $0.end <= after })
            }
        }
    }

    @Test(.enabled(if: isLongRun, "takes half a minute"), arguments: [2, 3])
    func moreTasksThanFitOneDeal(threads: Int) throws {
        let pool = try Pool(threads: threads)
        let counts = [5, 1 << 30, 3, 1 << 20]
        let sums = counts.map { _ in [Int64](repeating: 0, count: threads * 16) }.map(Cells.init)
        let calls = sums.map { sum in
            (0..<threads).map { sum.call(workspace: $0 * 16) }
        }.map(Cells.init)
        let jobs = counts.indices.map {
            unetc_job(kernel: addNumber, calls: calls[$0].base, count: Int64(counts[$0]), weight: 1, intervals: nil)
        }
        unetc_pool_run_jobs(pool.pool, jobs, Int32(jobs.count))
        for (count, sum) in zip(counts, sums) {
            #expect(sum.values.reduce(0, &+) == Int64(count) * Int64(count - 1) / 2)
        }
    }

    /// Where shares begin: (counts, weights, the first task of each thread's share).
    @Test(arguments: [
        (Mix(counts: [8], weights: [1]), [0, 2, 4, 6]), (Mix(counts: [9], weights: [7]), [0, 3, 5, 7]),
        (Mix(counts: [4, 4], weights: [1, 1]), [0, 2, 4, 6]),
        (Mix(counts: [4, 0, 12], weights: [3, 1, 1]), [0, 2, 4, 10]),
        (Mix(counts: [3, 1], weights: [0.1, 0.1]), [0, 1, 2, 3]),
        (Mix(counts: [2, 2, 40], weights: [10, 10, 1]), [0, 2, 4, 24]),
    ])
    func sharesAreCutByWeight(mix: Mix, starts: [Int]) throws {
        let pool = try Pool(threads: starts.count)
        let meeting = Meeting(threads: starts.count)
        let jobs = zip(mix.counts, mix.weights).map { CountedJob(count: $0, weight: $1, threads: starts.count) }
        var first = 0
        for job in jobs {
            job.meet(meeting, first: first)
            first += job.count
        }
        pool.run(jobs)
        #expect(meeting.starts == starts)
    }
}

/// Each thread's own share is the one that it begins with: nobody gets a second task until all have their first.
final class Meeting: Sendable {
    private let arrived = Atomic<Int>(0)
    private let first: [Cell]
    final class Cell: Sendable { let task = Atomic<Int>(-1) }

    init(threads: Int) { first = (0..<threads).map { _ in Cell() } }

    var starts: [Int] { first.map { $0.task.load(ordering: .relaxed) } }

    func come(thread: Int, task: Int) {
        guard first[thread].task.compareExchange(expected: -1, desired: task, ordering: .relaxed).exchanged else {
            return
        }
        arrived.add(1, ordering: .sequentiallyConsistent)
        while arrived.load(ordering: .sequentiallyConsistent) < first.count { sched_yield() }
    }
}

/// A pool of threads for one test.
final class Pool {
    let pool: OpaquePointer

    init(threads: Int) throws { pool = try #require(unetc_pool_create(Int32(threads), unetc_processors(), nil)) }
    deinit { unetc_pool_destroy(pool) }

    func run(_ jobs: [CountedJob]) { unetc_pool_run_jobs(pool, jobs.map(\.job), Int32(jobs.count)) }
}

/// A job that counts how often each of its tasks ran.
final class CountedJob {
    let count: Int
    private let weight: Double
    private let counts: Cells<Int32>
    private let notes: Cells<unetc_interval>
    private let calls: Cells<unetc_call>
    /// What each thread's call refers to.
    private let contexts: Cells<TaskContext>

    struct TaskContext {
        var counts: UnsafeMutablePointer<Int32>?
        var thread = 0
        var first = 0
        var meeting: Unmanaged<Meeting>?
    }

    init(count: Int, weight: Double, threads: Int) {
        self.count = count
        self.weight = weight
        counts = Cells([Int32](repeating: 0, count: max(0, count)))
        notes = Cells([unetc_interval](repeating: unetc_interval(), count: threads))
        let base = counts.base
        contexts = Cells((0..<threads).map { TaskContext(counts: base, thread: $0) })
        let all = contexts.base
        calls = Cells(
            (0..<threads).map {
                unetc_call(operands: nil, scalars: nil, workspace: UnsafeMutableRawPointer(all + $0), count: 0)
            })
    }

    func meet(_ meeting: Meeting, first: Int) {
        for context in contexts.buffer.indices {
            contexts.buffer[context].first = first
            contexts.buffer[context].meeting = Unmanaged.passUnretained(meeting)
        }
    }

    var runs: [Int32] { counts.values }
    var intervals: [unetc_interval] { notes.values }
    var job: unetc_job {
        unetc_job(kernel: countTask, calls: calls.base, count: Int64(count), weight: weight, intervals: notes.base)
    }
}

/// Memory that stays where it is.
final class Cells<Value> {
    let buffer: UnsafeMutableBufferPointer<Value>

    init(_ values: [Value]) {
        buffer = .allocate(capacity: max(1, values.count))
        _ = buffer.initialize(from: values)
        count = values.count
    }
    deinit { buffer.deallocate() }

    private let count: Int
    var base: UnsafeMutablePointer<Value> { buffer.baseAddress! }
    var values: [Value] { Array(buffer.prefix(count)) }
}

extension Cells<Int64> {
    func call(workspace: Int) -> unetc_call {
        unetc_call(operands: nil, scalars: nil, workspace: UnsafeMutableRawPointer(base + workspace), count: 0)
    }
}

private let countTask: unetc_kernel = { call, task in
    let context = call!.pointee.workspace!.assumingMemoryBound(to: CountedJob.TaskContext.self).pointee
    context.counts![Int(task)] += 1
    context.meeting?.takeUnretainedValue().come(thread: context.thread, task: context.first + Int(task))
}

private let addNumber: unetc_kernel = { call, task in
    call!.pointee.workspace!.assumingMemoryBound(to: Int64.self).pointee &+= task
}
