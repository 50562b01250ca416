import Base
import Runtime

import Platform

/// The process that tries inputs, one after the other, and ends with the first promise that is broken.
public struct FuzzWorker {
    /// The exit status that says so; what was promised is on standard error.
    static let brokenPromiseStatus: Int32 = 3

    private let subject: FuzzSubject
    private let seed: UInt64
    private let progress: FuzzProgress

    /// - Parameter progressPath: the file that the run watches.
    /// - Throws: `FuzzError` when the file cannot be mapped.
    public init(subject: FuzzSubject, seed: UInt64, progressPath: String) throws {
        self.subject = subject
        self.seed = seed
        progress = try FuzzProgress(path: progressPath)
    }

    /// Allocations of this process fail beyond that many bytes of address space, which ends it.
    /// - Parameter bytes: 0 for no limit, as the sanitizers need it.
    public static func limitMemory(bytes: Int) {
        var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
        if bytes > 0 { setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) }
        // What is left of a crash is the input, not an image of the memory.
        limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }

    /// Returns the exit status: 0 when all inputs were answered.
    public func run(rounds: Range<Int>) -> Int32 {
        for round in rounds {
            progress[.round] = round
            let input = subject.input(seed: seed, round: round)
            let start = monotonicSeconds()
            let outcome = subject.check(input)
            note(outcome, seconds: monotonicSeconds() - start, round)
            if case .wrong(let message) = outcome {
                // The run takes the last line.
                let line = Array((message.split(separator: "\n").joined(separator: " / ") + "\n").utf8)
                _ = write(STDERR_FILENO, line, line.count)
                return Self.brokenPromiseStatus
            }
        }
        progress[.peakKibibytes] = max(progress[.peakKibibytes], MemoryUse.peakResidentBytes() / 1_024)
        return 0
    }

    private func note(_ outcome: FuzzOutcome, seconds: Double, _ round: Int) {
        switch outcome {
        case .accepted: progress[.accepted] += 1
        case .refused: progress[.refused] += 1
        case .wrong: break
        }
        let nanoseconds = Int(seconds * 1e9)
        if nanoseconds > progress[.slowestNanoseconds] {
            progress[.slowestNanoseconds] = nanoseconds
            progress[.slowestRound] = round
        }
    }
}
