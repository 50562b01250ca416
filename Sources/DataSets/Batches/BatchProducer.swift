import Base
import TrainerSupport

/// Makes batches on threads of its own, ahead of the steps that use them.
///
/// Threads take the samples one by one, so that all work on the batch that is needed next; batches come in their order
/// whatever the number of threads.
package final class BatchProducer {
    /// A batch in the making.
    private struct Slot {
        var items: [BatchItem?]
        var missing: Int
        /// Of the first sample, in the batch's order, that cannot be had.
        var fault: (place: Int, error: any Error)?
    }

    private struct State {
        /// The sample that is made next.
        var batch = 0
        var place = 0
        /// Batches that were taken.
        var taken = 0
        /// The next batches, the first of them number `taken`.
        var slots: [Slot] = []
        var isStopped = false
    }

    /// Batches made ahead.
    package static let capacity = 2

    private let state = Monitor(State())
    private var threads: [PosixThread] = []
    private var left: Int
    /// Seconds that `next` has waited for batches that were not ready.
    package private(set) var waited = 0.0

    /// - Parameters:
    ///   - batches: the samples of each step, in order.
    ///   - spans: where it is noted what the threads do.
    /// - Throws: `TrainerError` when no thread can be started.
    package init(maker: BatchMaker, batches: [[Int]], spans: SpanRecorder? = nil) throws {
        left = batches.count
        let state = state
        let work: @Sendable (Int) -> Void = { thread in
            while let (batch, place) = Self.claim(state, batches) {
                let result = Result { try maker.item(batches[batch][place], spans, .loader(thread)) }
                Self.deliver(result, batch, place, state)
            }
        }
        for thread in 0..<max(1, min(maker.data.threads, batches.reduce(0) { $0 + $1.count })) {
            // One is enough to get there; only none at all is an error.
            do { threads.append(try PosixThread { work(thread) }) } catch  where !threads.isEmpty { break }
        }
    }

    deinit {
        state.withLock { $0.isStopped = true }
        threads.forEach { $0.join() }
    }

    /// The sample to make next, waited for while enough is ready; nil at the end.
    private static func claim(_ state: Monitor<State>, _ batches: [[Int]]) -> (batch: Int, place: Int)? {
        state.wait { s -> (batch: Int, place: Int)?? in
            if s.isStopped || s.batch == batches.count { return .some(nil) }
            guard s.batch < s.taken + capacity else { return nil }
            let count = batches[s.batch].count
            if s.place == 0 { s.slots.append(Slot(items: Array(repeating: nil, count: count), missing: count)) }
            defer {
                s.place += 1
                if s.place == count { (s.batch, s.place) = (s.batch + 1, 0) }
            }
            return (s.batch, s.place)
        }
    }

    private static func deliver(
        _ result: Result<BatchItem, any Error>, _ batch: Int, _ place: Int, _ state: Monitor<State>
    ) {
        state.withLock { s in
            let slot = batch - s.taken
            s.slots[slot].missing -= 1
            switch result {
            case .success(let item): s.slots[slot].items[place] = item
            case .failure(let error):
                if place < s.slots[slot].fault?.place ?? .max { s.slots[slot].fault = (place, error) }
            }
        }
    }

    /// The next batch, waited for if need be; nil at the end.
    /// - Throws: `TrainerError` when a file of it is no longer what it was.
    package func next() throws -> Batch? {
        guard left > 0 else { return nil }
        left -= 1
        let start = monotonicSeconds()
        let slot = state.wait { s -> Slot? in
            guard let first = s.slots.first, first.missing == 0 else { return nil }
            s.taken += 1
            return s.slots.removeFirst()
        }
        waited += monotonicSeconds() - start
        if let fault = slot.fault { throw fault.error }
        return Batch(slot.items.compactMap { $0 })
    }
}
