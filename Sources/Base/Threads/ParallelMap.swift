import Platform

/// `body(0) ..< body(count)` computed on up to `threads` threads; the order of the results does not depend on them.
///
/// - Parameter progress: called on the calling thread with the number of finished items, now and then.
/// - Throws: `ThreadError` when no thread can be started.
public func parallelMap<T: Sendable>(
    count: Int, threads: Int, progress: (Int) -> Void = { _ in }, body: @escaping @Sendable (Int) -> T
) throws -> [T] {
    let state = Monitor(ParallelState<T>(results: Array(repeating: nil, count: count)))
    @Sendable func work() {
        while true {
            let index = state.withLock { s -> Int? in
                guard s.next < count else { return nil }
                s.next += 1
                return s.next - 1
            }
            guard let index else { return }
            let result = body(index)
            state.withLock { s in
                s.results[index] = result
                s.done += 1
            }
        }
    }
    var workers: [PosixThread] = []
    for _ in 0..<min(max(1, threads), count) {
        // One worker is enough to get there; only none at all is an error.
        do { workers.append(try PosixThread(work)) } catch  where !workers.isEmpty { break }
    }
    var shown = 0
    while shown < count {
        shown = state.wait { $0.done > shown ? $0.done : nil }
        progress(shown)
    }
    workers.forEach { $0.join() }
    return state.withLock { $0.results.compactMap { $0 } }
}

private struct ParallelState<T> {
    var next = 0
    var done = 0
    var results: [T?]
}
