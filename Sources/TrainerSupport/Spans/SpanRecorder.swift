import Base
import Synchronization

/// Spans of all threads of a session, in memory of a fixed size that is taken at the start.
package final class SpanRecorder: Sendable {
    private struct State {
        var spans: [ProfileSpan] = []
        var dropped = 0
    }

    private let state: Mutex<State>
    private let capacity: Int
    private let recording = Atomic(false)

    /// - Parameter capacity: spans beyond are counted and dropped.
    package init(capacity: Int) {
        self.capacity = capacity
        var state = State()
        state.spans.reserveCapacity(capacity)
        self.state = Mutex(state)
    }

    /// Whether spans that end now are kept.
    var isRecording: Bool { recording.load(ordering: .relaxed) }
    package func start() { recording.store(true, ordering: .relaxed) }
    package func stop() { recording.store(false, ordering: .relaxed) }

    /// What was recorded, and how many spans had no room.
    package var recorded: (spans: [ProfileSpan], dropped: Int) { state.withLock { ($0.spans, $0.dropped) } }

    fileprivate func add(_ span: ProfileSpan) {
        state.withLock { state in
            guard state.spans.count < capacity else { return state.dropped += 1 }
            state.spans.append(span)
        }
    }
}

extension SpanRecorder? {
    /// Does `body`, and notes from when to when; without a recorder that is recording it does `body` alone, and does not
    /// look at the clock.
    package func measure<Result>(
        _ kind: ProfileSpan.Kind, lane: ProfileSpan.Lane = .loop, number: Int = 0, _ body: () throws -> Result
    ) rethrows -> Result {
        guard let self, self.isRecording else { return try body() }
        let begin = monotonicNanoseconds()
        defer {
            if self.isRecording {
                let end = monotonicNanoseconds()
                self.add(ProfileSpan(kind: kind, lane: lane, begin: begin, end: end, number: number))
            }
        }
        return try body()
    }
}
