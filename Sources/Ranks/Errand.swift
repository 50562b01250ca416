import ThreadPool

/// What is to be done with messages, one thing after the other; all memory that it names stays where it is until it is done.
///
/// Unchecked because of the addresses, which belong to whoever waits for the errand.
struct Errand: @unchecked Sendable {
    enum Action {
        case send(to: Int, UnsafeRawBufferPointer)
        case receive(from: Int, UnsafeMutableRawBufferPointer)
        /// Adds floats that come to others.
        case add(from: Int, UnsafeMutableBufferPointer<Float>)
        case addHere(UnsafeMutableBufferPointer<Float>, into: UnsafeMutableBufferPointer<Float>)
        case copyHere(UnsafeMutableBufferPointer<Float>, into: UnsafeMutableBufferPointer<Float>)
    }

    var tag: Int
    var actions: [Action]
}

/// An errand on its way.
final class ErrandState {
    private let errand: Errand
    private let calls: RankCalls
    private var next = 0
    /// Of the action before `next`.
    private var request: Int32?
    /// What comes in to be added.
    private let arriving: UnsafeMutableBufferPointer<Float>

    init(_ errand: Errand, _ calls: RankCalls) {
        self.errand = errand
        self.calls = calls
        let counts = errand.actions.map { if case .add(_, let sums) = $0 { sums.count } else { 0 } }
        arriving = .allocate(capacity: counts.max() ?? 0)
        arriving.initialize(repeating: 0)
    }

    deinit { arriving.deallocate() }

    var isDone: Bool { next == errand.actions.count && request == nil }

    /// Goes on as far as it can without waiting.
    /// - Returns: whether it got on.
    func advance() throws -> Bool {
        var hasMoved = false
        while !isDone {
            if let request {
                guard try calls.isDone(request) else { return hasMoved }
                self.request = nil
                finish()
            } else {
                try begin()
            }
            hasMoved = true
        }
        return hasMoved
    }

    private func begin() throws {
        let action = errand.actions[next]
        next += 1
        switch action {
        case .send(let rank, let bytes): request = try calls.send(bytes, to: rank, tag: errand.tag)
        case .receive(let rank, let bytes): request = try calls.receive(bytes, from: rank, tag: errand.tag)
        case .add(let rank, let sums):
            let bytes = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: arriving.prefix(sums.count)))
            request = try calls.receive(bytes, from: rank, tag: errand.tag)
        case .addHere(let other, let sums): add(UnsafeBufferPointer(other), to: sums)
        case .copyHere(let other, let sums): _ = sums.update(fromContentsOf: other)
        }
    }

    /// Behind a message.
    private func finish() {
        guard case .add(_, let sums) = errand.actions[next - 1] else { return }
        add(UnsafeBufferPointer(rebasing: arriving.prefix(sums.count)), to: sums)
    }

    private func add(_ other: UnsafeBufferPointer<Float>, to sums: UnsafeMutableBufferPointer<Float>) {
        guard let into = sums.baseAddress, let from = other.baseAddress else { return }
        unetc_add_floats(into, from, Int64(sums.count))
    }
}
