import Base
import Platform
import RanksABI
import TrainerSupport

/// The thread that sends and receives while others compute; it alone calls MPI.
///
/// Unchecked: what threads share is in the monitor.
final class Messenger: @unchecked Sendable {
    private struct State {
        var waiting: [(errands: [Errand], spans: SpanRecorder?)] = []
        /// Jobs that are done.
        var done = 0
        /// Jobs that were given.
        var given = 0
        var ranks: unetc_ranks?
        var failure: (any Error)?
        var isEnding = false
        var hasEnded = false
    }

    /// Errands at work at the same time.
    private static let window = 16
    /// Microseconds between two looks at messages that are on their way: a thread that waited awake, as MPI's own does, would take
    /// a processor from those that compute.
    private static let pause: UInt32 = 20

    private let state = Monitor(State())
    private let calls: RankCalls
    private let patience: Double
    private let bell: (reading: Int32, writing: Int32)
    private var thread: PosixThread?

    /// - Parameter patience: seconds of silence after which a rank is lost.
    /// - Throws: `TrainerError` where MPI does not begin.
    init(_ calls: RankCalls, patience: Double) throws {
        self.calls = calls
        self.patience = patience
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw TrainerError("MPI cannot be used: \(systemMessage(errno))") }
        bell = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        thread = try PosixThread { [self] in work() }
        _ = try ranks()
    }

    /// Waits for MPI to have begun.
    func ranks() throws -> unetc_ranks {
        try state.wait { s -> Result<unetc_ranks, any Error>? in
            if let failure = s.failure { return .failure(failure) }
            return s.ranks.map { .success($0) }
        }.get()
    }

    /// Does errands, of which none needs another one of them, and waits until all are done.
    /// - Throws: `RankLost`, or `TrainerError` with MPI's own words.
    func run(_ errands: [Errand], spans: SpanRecorder? = nil) throws { try wait(for: post(errands, spans: spans)) }

    /// Has errands done behind those that were given before.
    /// - Parameter spans: where it is noted when they were on their way.
    /// - Returns: the number to wait for.
    func post(_ errands: [Errand], spans: SpanRecorder? = nil) -> Int {
        let job = state.withLock { s -> Int in
            s.waiting.append((errands, spans))
            s.given += 1
            return s.given
        }
        ring()
        return job
    }

    /// Waits until those errands are done, and all before them.
    /// - Throws: as `run`.
    func wait(for job: Int) throws {
        let failure = state.wait { s -> (any Error)?? in
            if let failure = s.failure { return .some(failure) }
            return s.done >= job ? .some(nil) : nil
        }
        if let failure { throw failure }
    }

    /// Ends MPI, once all ranks have come here.
    func end() {
        state.withLock { $0.isEnding = true }
        ring()
        thread?.join()
        close(bell.reading)
        close(bell.writing)
    }

    private func ring() {
        var byte: UInt8 = 1
        _ = write(bell.writing, &byte, 1)
    }

    // MARK: The thread

    private func work() {
        do {
            let ranks = try calls.begin()
            state.withLock { $0.ranks = ranks }
            let heart = Heartbeats(rank: Int(ranks.rank), count: Int(ranks.count), patience: patience, calls: calls)
            while let (errands, spans) = try next(heart) {
                try spans.measure(.messages, lane: .messenger) { try perform(errands, heart) }
                state.withLock { $0.done += 1 }
            }
            try heart.end { usleep(Self.pause) }
            try calls.end()
        } catch {
            state.withLock { $0.failure = error }
        }
    }

    /// The next job, waited for; nil at the end.
    private func next(_ heart: Heartbeats) throws -> (errands: [Errand], spans: SpanRecorder?)? {
        while true {
            let found = state.withLock { s -> (errands: [Errand], spans: SpanRecorder?)?? in
                if !s.waiting.isEmpty { return .some(s.waiting.removeFirst()) }
                return s.isEnding ? .some(nil) : nil
            }
            if let found { return found }
            try beat(heart)
            var descriptor = pollfd(fd: bell.reading, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, Int32(1000 * Heartbeats.interval / 2))
            var bytes = [UInt8](repeating: 0, count: 64)
            _ = read(bell.reading, &bytes, bytes.count)
        }
    }

    private func perform(_ errands: [Errand], _ heart: Heartbeats) throws {
        var next = 0
        var active: [ErrandState] = []
        var idle = 0
        while next < errands.count || !active.isEmpty {
            while active.count < Self.window, next < errands.count {
                active.append(ErrandState(errands[next], calls))
                next += 1
            }
            var hasMoved = false
            for errand in active { if try errand.advance() { hasMoved = true } }
            active.removeAll { $0.isDone }
            idle = hasMoved ? 0 : idle + 1
            if idle > 0 { usleep(Self.pause) }
            if idle % 256 == 255 { try beat(heart) }
        }
        try beat(heart)
    }

    private func beat(_ heart: Heartbeats) throws {
        guard let (rank, seconds) = try heart.beat() else { return }
        throw RankLost(rank: rank, seconds: seconds)
    }
}

/// A process of the run that is not heard from any more.
package struct RankLost: Error, Hashable, Sendable {
    package var rank: Int
    /// Since it was heard from.
    package var seconds: Double
}
