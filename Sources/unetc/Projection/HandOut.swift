import ModelABI
import ThreadPool

/// Replays how a pool hands tasks out to threads: each begins with a contiguous share, cut by weight, in order; one that is
/// done takes tasks from the ends of others' shares, near ones first. A function of its numbers: no thread runs.
struct HandOut {
    /// Tasks of a kernel.
    struct Job: Hashable {
        /// What each task takes, in any unit.
        var times: [Double]
        /// What the pool is told that one of them takes, beside those of other jobs; alone it does not count.
        var weight: Double = 1
    }

    /// When the last task is done.
    let end: Double
    /// Of each thread, how many tasks it ran.
    let counts: [Int]

    /// - Parameters:
    ///   - jobs: that run side by side, of at most 2^30 tasks.
    ///   - threads: from 1.
    init(_ jobs: [Job], threads: Int) {
        let times = jobs.flatMap(\.times)
        var shares = Self.shares(jobs, threads: threads)
        var queue = ThreadQueue(threads: threads)
        var counts = [Int](repeating: 0, count: threads)
        var end = 0.0
        for _ in times.indices {
            // Whoever is free first takes the next task; there is one, for as many are taken as there are.
            let (thread, now) = queue.first
            guard let task = Self.take(from: &shares, for: thread) else { break }
            counts[thread] += 1
            end = max(end, now + times[task])
            queue.delayFirst(until: now + times[task])
        }
        self.end = end
        self.counts = counts
    }

    /// The tasks that each thread begins with, numbered through all jobs, as the pool cuts them.
    static func shares(_ jobs: [Job], threads: Int) -> [Range<Int>] {
        let rows = jobs.map {
            unetc_job(kernel: idle, calls: nil, count: Int64($0.times.count), weight: $0.weight, intervals: nil)
        }
        var bounds = [Int64](repeating: 0, count: threads + 1)
        unetc_cut_shares(rows, Int32(rows.count), Int32(threads), &bounds)
        return (0..<threads).map { Int(bounds[$0])..<Int(bounds[$0 + 1]) }
    }

    /// The next task of a thread: the first of its own share, else the last of the nearest one that has any.
    private static func take(from shares: inout [Range<Int>], for thread: Int) -> Int? {
        if let task = shares[thread].first {
            shares[thread].removeFirst()
            return task
        }
        var reach = 1
        while reach < shares.count { reach *= 2 }
        // In the pool's order: groups of threads, and threads in them, by the bits in which their numbers differ.
        for difference in 1..<max(reach, 2) {
            let owner = thread ^ difference
            guard owner < shares.count, let task = shares[owner].last else { continue }
            shares[owner].removeLast()
            return task
        }
        return nil
    }
}

private let idle: unetc_kernel = { _, _ in }

extension Range<Int> {
    fileprivate mutating func removeFirst() { self = lowerBound + 1..<upperBound }
    fileprivate mutating func removeLast() { self = lowerBound..<upperBound - 1 }
}

/// Threads by when they are free: a heap.
private struct ThreadQueue {
    private var entries: [(thread: Int, time: Double)]

    init(threads: Int) { entries = (0..<threads).map { ($0, 0) } }

    /// Free first; of those free at the same time the one with the lowest number.
    var first: (thread: Int, time: Double) { entries[0] }

    mutating func delayFirst(until time: Double) {
        entries[0].time = time
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < entries.count {
                if (entries[child].time, entries[child].thread) < (entries[least].time, entries[least].thread) {
                    least = child
                }
            }
            if least == place { return }
            entries.swapAt(place, least)
            place = least
        }
    }
}
