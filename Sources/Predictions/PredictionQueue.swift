import Base
import DataSets
import Imaging
import TrainerSupport

/// Hands pictures from the source through the workers to the net, in their order, and results back to the workers.
final class PredictionQueue: Sendable {
    private enum Task {
        case pull(PredictionSource)
        case decode(Waiting)
        case write(PredictionResult)
        case end
    }

    private struct Waiting {
        /// In the order of the source.
        var place: Int
        var job: PredictionJob
    }

    private struct State {
        /// nil while a worker asks it for the next picture.
        var source: PredictionSource?
        var isExhausted = false
        /// Pictures that have come from the source.
        var waiting: [Waiting] = []
        var pulled = 0
        /// By place.
        var decoded: [Int: Result<PredictionInput, ImageError>] = [:]
        /// The place of the first picture that the net has not seen.
        var next = 0
        var results: [PredictionResult] = []
        var isWriting = 0
        var outcome = PredictionOutcome()
        var fault: (any Error)?
        var isClosed = false
    }

    private let state: Monitor<State>
    private let capacity: Int

    /// - Parameter capacity: pictures that the net takes at once.
    init(_ source: PredictionSource, capacity: Int) {
        self.capacity = capacity
        state = Monitor(State(source: source))
    }

    // MARK: The side of the net

    /// The next pictures, as many as the net takes, fewer at the end; nil when there are no more.
    /// - Throws: what a worker could not write.
    func nextBatch() throws -> [Result<PredictionInput, ImageError>]? {
        let batch = state.wait { s -> [Result<PredictionInput, ImageError>]? in
            if s.fault != nil { return [] }
            guard s.results.count < 2 * capacity else { return nil }
            let end = s.isExhausted ? min(s.next + capacity, s.pulled) : s.next + capacity
            guard (s.next..<end).allSatisfy({ s.decoded[$0] != nil }) else { return nil }
            let batch = (s.next..<end).compactMap { s.decoded.removeValue(forKey: $0) }
            s.next = end
            return batch
        }
        try throwFault()
        return batch.isEmpty ? nil : batch
    }

    func write(_ results: [PredictionResult]) { state.withLock { $0.results += results } }

    /// Leaves out pictures that the net has not seen, and results that nobody writes yet; returns whether there are any.
    @discardableResult
    func stop() -> Bool {
        state.withLock { s in
            let isShort = !s.isExhausted || s.next < s.pulled || !s.results.isEmpty
            s.isExhausted = true
            s.waiting = []
            s.results = []
            return isShort
        }
    }

    /// Waits until all results are written.
    /// - Throws: what a worker could not write.
    func finish() throws -> PredictionOutcome {
        let outcome = state.wait { s in
            s.fault != nil || (s.results.isEmpty && s.isWriting == 0) ? s.outcome : nil
        }
        try throwFault()
        return outcome
    }

    /// Sends the workers home.
    func close() { state.withLock { $0.isClosed = true } }

    private func throwFault() throws {
        if let fault = state.withLock({ $0.fault }) { throw fault }
    }

    // MARK: The side of the workers

    /// Works until there is nothing left to do.
    func work(_ tools: PredictionTools, _ isInterrupted: @escaping @Sendable () -> Bool) {
        while true {
            switch state.wait(for: nextTask) {
            case .pull(let source): pull(source, isInterrupted)
            case .decode(let waiting):
                let result = tools.decode(waiting.job)
                state.withLock { $0.decoded[waiting.place] = result }
            case .write(let result): write(result, tools, isInterrupted)
            case .end: return
            }
        }
    }

    private func nextTask(_ s: inout State) -> Task? {
        if s.isClosed || s.fault != nil { return .end }
        if !s.results.isEmpty {
            s.isWriting += 1
            return .write(s.results.removeFirst())
        }
        if !s.waiting.isEmpty { return .decode(s.waiting.removeFirst()) }
        if !s.isExhausted, s.pulled - s.next < 2 * capacity, let source = s.source {
            s.source = nil
            return .pull(source)
        }
        return nil
    }

    private func pull(_ source: PredictionSource, _ isInterrupted: () -> Bool) {
        var source = source
        let pulled = source.next(isStopped: { isInterrupted() || state.withLock { $0.isClosed } })
        state.withLock { s in
            s.source = source
            guard let pulled, !s.isExhausted else {
                s.isExhausted = true
                return
            }
            switch pulled {
            case .success(let job): s.waiting.append(Waiting(place: s.pulled, job: job))
            case .failure(let error): s.decoded[s.pulled] = .failure(error)
            }
            s.pulled += 1
        }
    }

    private func write(
        _ result: PredictionResult, _ tools: PredictionTools, _ isInterrupted: @Sendable () -> Bool
    ) {
        let outcome = Result { try tools.write(result, isInterrupted) }
        state.withLock { s in
            s.isWriting -= 1
            switch outcome {
            case .success:
                s.outcome.written += 1
                s.outcome.pixels += result.size.width * result.size.height
            case .failure(is Interrupted): s.outcome.isInterrupted = true
            case .failure(let error as ImageError) where error.isCancelled: s.outcome.isInterrupted = true
            case .failure(let error as ImageError) where error.file == result.job.picture:
                // Gone or changed since it was decoded.
                s.outcome.issues.append(DataIssue(file: error.file, reason: error.message))
            case .failure(let error): s.fault = s.fault ?? error
            }
        }
    }
}

/// What workers have written.
struct PredictionOutcome: Sendable {
    /// Pictures, and their pixels.
    var written = 0
    var pixels = 0
    /// Pictures that could not be read a second time.
    var issues: [DataIssue] = []
    /// Whether a result was given up in its middle.
    var isInterrupted = false
}
