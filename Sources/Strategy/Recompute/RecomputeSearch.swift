import GraphIR
import Kernels
import MemoryPlanning
import Passes
import Programs

/// Looks for the values to make again, or to move out of larger buffers, so that a plan of training fits into so many bytes
/// at the least cost of time.
///
/// A greedy walk: of all single changes to what is alive above the target, take the one that removes most of the excess
/// (bytes above the target, summed over the steps) for its time; when the target is reached, take back what has become
/// unnecessary, in the order in which it was done. The excess, rather than the peak, because a peak is often a plateau of many steps,
/// of which one change lowers a part. For the problem, and optimal solutions of it by integer programs that take minutes,
/// see Jain et al. 2020, "Checkmate", arXiv:1910.02653; for greedy choices by cost over memory, Kirisame et al. 2021,
/// "Dynamic Tensor Rematerialization", arXiv:2006.09616, section 3.
struct RecomputeSearch {
    /// One change to the program.
    fileprivate enum Change<Value: Hashable>: Hashable {
        case makeAgain(Value, before: Value, depth: Int)
        case moveOut(Value, after: Value)
    }

    /// Named by values, so that it can be made anew in a program that lacks another change.
    fileprivate typealias Move = Change<String>

    private struct Candidate {
        var change: Change<NodeID>
        /// The bytes of the value in the steps above the target between its readers, for what it costs.
        var promise: Double
    }

    /// The program with some changes.
    struct State {
        var program: Program
        fileprivate let outline: ProgramOutline
        fileprivate var moves: [Move] = []
        /// What the changes add, on one core.
        fileprivate(set) var addedMilliseconds = 0.0
        /// Bytes alive at each step.
        fileprivate(set) var profile: [Int]

        /// The most bytes that are alive at once.
        var peak: Int { profile.max() ?? 0 }

        fileprivate init(_ program: Program, _ outline: ProgramOutline, _ options: PlanningOptions) {
            self.program = program
            self.outline = outline
            profile = memoryProfile(outline, options: options)
        }
    }

    /// The program without changes.
    private let base: Changed
    let options: PlanningOptions
    private let target: Target
    private(set) var state: State
    private let seen = SeenChanges()

    /// How deep a change looks for what is not there any more.
    private static let depths = 0...3
    /// Changes that are tried at each step of the walk.
    private static let trials = 24
    /// Values that are smaller than this share of the peak are not looked at.
    private static let smallestShare = 1.0 / 400

    /// - Parameter program: of a plan that makes gradients, with the demands of its steps.
    init(_ program: Program, options: PlanningOptions, target: Target) {
        base = Changed(program: program, outline: ProgramOutline(program))
        self.options = options
        self.target = target
        state = State(program, base.outline, options)
    }

    /// What the cost models say of the step without changes, on one core.
    var stepMilliseconds: Double { base.program.milliseconds }

    /// The most bytes that are alive at once when the planner has put the steps in order.
    var orderedPeak: Int { orderedMemoryLowerBound(state.program, options: options) }

    /// Changes the graph until at most so many bytes are alive at once, or nothing helps any more.
    /// - Returns: whether it is reached.
    mutating func reduce(to bytes: Int) -> Bool {
        while state.peak > bytes {
            guard let next = bestChange(bytes) else { return false }
            state = next
        }
        takeBack(bytes)
        return true
    }

    /// Changes the graph such that few bytes are alive at once, and all changes together take at most so long, on one core.
    ///
    /// Of the walks to a few targets, each as far as it comes, the best one.
    mutating func reduce(within milliseconds: Double) {
        let start = state
        var work = Self.workLimit
        for share in Self.targets {
            let bytes = Int(Double(start.peak) * share)
            var walk = self
            walk.state = start
            while walk.state.peak > bytes {
                guard takes(Self.trials, of: &work), let next = walk.bestChange(bytes),
                    next.addedMilliseconds <= milliseconds
                else { break }
                walk.state = next
            }
            if walk.state.peak < state.peak {
                let count = walk.state.moves.count
                if takes(count * count, of: &work) { walk.takeBack(walk.state.peak) }
                state = walk.state
            }
        }
    }

    /// Takes the work of looking at so many changes off what is left; false if that is not enough.
    private func takes(_ changes: Int, of work: inout Int) -> Bool {
        work -= changes * state.program.graph.nodes.count
        return work >= 0
    }

    /// Changes times nodes that are looked at, so that large graphs are done with in a time that does not grow.
    private static let workLimit = 10_000_000

    /// Of the peak at the start: near and far ones, which weigh the steps of a plateau differently.
    private static let targets = [0.9, 0.8, 0.65]

    // MARK: Changes

    private func bestChange(_ bytes: Int) -> State? {
        let excess = state.profile.excess(over: bytes)
        var best: (change: Change<NodeID>, score: Double)?
        let users = state.outline.users()
        let readers = state.outline.readerPositions(users)
        for change in promisingChanges(bytes, users, readers) {
            let outcome = outcome(of: change, readers)
            let gain = excess - outcome.profile.excess(over: bytes)
            guard gain > 0 else { continue }
            // A copy of nothing costs a little as well.
            let score = gain / (outcome.addedMilliseconds - state.addedMilliseconds + 1e-3)
            if best.map({ score > $0.score }) ?? true { best = (change, score) }
        }
        return best.map { applying($0.change, readers) }
    }

    /// What a change would make of the state. Walks to several targets ask this of the same states.
    private func outcome(of change: Change<NodeID>, _ readers: [[NodeID]]) -> SeenChanges.Outcome {
        let moves = state.moves + [named(change)]
        if let known = seen.outcomes[moves] { return known }
        let changed = state.outline.making(change, readers)
        let made = SeenChanges.Outcome(
            profile: memoryProfile(changed.outline, options: options),
            addedMilliseconds: state.addedMilliseconds + milliseconds(changed.cost, in: state.program))
        seen.outcomes[moves] = made
        return made
    }

    /// Of what might lower the steps above the target, what looks best before it is tried.
    private func promisingChanges(_ bytes: Int, _ users: [[NodeID]], _ readers: [[NodeID]]) -> [Change<NodeID>] {
        let candidates = candidates(bytes, users, readers)
        let order = candidates.indices.sorted {
            let (a, b) = (candidates[$0].promise, candidates[$1].promise)
            return a == b ? $0 < $1 : a > b
        }
        return order.prefix(Self.trials).map { candidates[$0].change }
    }

    private func candidates(_ bytes: Int, _ users: [[NodeID]], _ readers: [[NodeID]]) -> [Candidate] {
        let graph = state.program.graph
        var stepOf = [Int](repeating: -1, count: graph.nodes.count)
        for (step, id) in state.program.steps.enumerated() { stepOf[id.index] = step }
        var high: [Int] = [0]
        for bytesAlive in state.profile { high.append((high.last ?? 0) + (bytesAlive > bytes ? 1 : 0)) }
        let smallest = Int(Double(state.peak) * Self.smallestShare)
        var candidates: [Candidate] = []
        for id in graph.ids where isWorthIt(id, smallest) {
            var start = state.outline.position(of: id)
            for reader in readers[id.index] {
                let (from, to) = (stepOf[start.index] + 1, stepOf[reader.index])
                if from < to, high[to] > high[from] {
                    let size = graph[id].type.bytes(batch: options.batchCapacity)
                    let gain = Double(size) * Double(high[to] - high[from])
                    if state.program[id].mayRunAgain {
                        for (depth, chain) in chains(id, before: reader, readers).enumerated() {
                            let cost = milliseconds(RecomputationCost(again: chain), in: state.program)
                            candidates.append(
                                Candidate(
                                    change: .makeAgain(id, before: reader, depth: depth), promise: gain / (cost + 1e-3))
                            )
                        }
                    }
                    for place in placesToMoveOut(id, from: start, to: reader, readers, users) {
                        let cost = copyMilliseconds(id, state.program)
                        candidates.append(
                            Candidate(change: .moveOut(id, after: place), promise: gain / (cost + 1e-3)))
                    }
                }
                start = reader
            }
        }
        return candidates
    }

    /// What is made again at each depth, as long as that differs.
    private func chains(_ id: NodeID, before reader: NodeID, _ readers: [[NodeID]]) -> [[NodeID]] {
        var chains: [[NodeID]] = []
        for depth in Self.depths {
            let chain = state.outline.chain(of: id, before: reader, depth: depth, readers)
            // A deeper chain is a longer one.
            if chain.count == chains.last?.count { break }
            guard chain.allSatisfy({ state.program[$0].mayRunAgain }) else { break }
            chains.append(chain)
        }
        return chains
    }

    private func isWorthIt(_ id: NodeID, _ smallest: Int) -> Bool {
        guard let step = state.program.step(id), step.phase != .update else { return false }
        let type = state.program.graph[id].type
        return type.isBatched && type.bytes(batch: options.batchCapacity) >= smallest
    }

    /// Where a value that lies inside a larger buffer could leave it, between two of its readers: as soon as nobody else reads
    /// that buffer.
    private func placesToMoveOut(
        _ id: NodeID, from start: NodeID, to end: NodeID, _ readers: [[NodeID]], _ users: [[NodeID]]
    ) -> [NodeID] {
        let graph = state.program.graph
        var others: [NodeID] = []
        if case .slice = state.program.form(of: id) {
            let whole = graph[id].inputs[0]
            others = users[whole.index].filter { $0 != id && graph[$0].inputs.first == whole }
        }
        others += users[id.index].filter { state.program.form(of: $0) == .joined && graph[$0].inputs.contains(id) }
        guard !others.isEmpty else { return [] }
        let last = others.flatMap { readers[$0.index] }.filter { $0 < end }.max()
        return [last.map { max($0, start) } ?? start]
    }

    private func named(_ change: Change<NodeID>) -> Move {
        let graph = state.program.graph
        switch change {
        case .makeAgain(let value, let reader, let depth):
            return .makeAgain(graph[value].name, before: graph[reader].name, depth: depth)
        case .moveOut(let value, let position): return .moveOut(graph[value].name, after: graph[position].name)
        }
    }

    /// The state with a change.
    /// - Parameter readers: where the values of the state are read.
    private func applying(_ change: Change<NodeID>, _ readers: [[NodeID]]) -> State {
        let changed = state.outline.making(change, readers)
        var next = State(Program(state.program, changed), changed.outline, options)
        next.moves = state.moves + [named(change)]
        next.addedMilliseconds = state.addedMilliseconds + milliseconds(changed.cost, in: state.program)
        return next
    }

    /// A program with some changes, which is not measured yet.
    private struct Changed {
        var program: Program
        var outline: ProgramOutline
        var addedMilliseconds = 0.0
    }

    /// Leaves out changes without which the target is reached as well.
    private mutating func takeBack(_ bytes: Int) {
        var place = 0
        // With the changes before that place.
        var before = base
        while place < state.moves.count {
            let rest = state.moves[(place + 1)...]
            if let without = applying(rest, to: before), without.addedMilliseconds < state.addedMilliseconds {
                var next = State(without.program, without.outline, options)
                next.moves = Array(state.moves[..<place] + rest)
                next.addedMilliseconds = without.addedMilliseconds
                if next.peak <= bytes {
                    state = next
                    continue
                }
            }
            guard let one = applying(state.moves[place...place], to: before) else { return }
            before = one
            place += 1
        }
    }

    /// More changes; nil when one of them needs what is not there.
    private func applying(_ moves: ArraySlice<Move>, to start: Changed) -> Changed? {
        var made = start
        for move in moves {
            guard let change = move.found(in: made.program.graph) else { return nil }
            let changed = made.outline.making(change, made.outline.readerPositions(made.outline.users()))
            made.addedMilliseconds += milliseconds(changed.cost, in: made.program)
            made.program = Program(made.program, changed)
            made.outline = changed.outline
        }
        return made
    }

    // MARK: Measures

    private func milliseconds(_ cost: RecomputationCost, in program: Program) -> Double {
        let again = cost.again.reduce(0) { $0 + (program[$1].milliseconds ?? copyMilliseconds($1, program)) }
        return again + cost.copied.reduce(0) { $0 + copyMilliseconds($1, program) }
    }

    /// A value is read and written.
    private func copyMilliseconds(_ id: NodeID, _ program: Program) -> Double {
        target.milliseconds(moving: Double(2 * program.graph[id].type.bytes(batch: options.batchCapacity)))
    }
}

extension RecomputeSearch.Change<String> {
    /// The same change in a graph; nil when that lacks what it needs.
    fileprivate func found(in graph: Graph) -> RecomputeSearch.Change<NodeID>? {
        switch self {
        case .makeAgain(let name, let reader, let depth):
            guard let value = graph.id(named: name), let place = graph.id(named: reader), value < place else {
                return nil
            }
            return .makeAgain(value, before: place, depth: depth)
        case .moveOut(let name, let position):
            guard let value = graph.id(named: name), let place = graph.id(named: position), value <= place else {
                return nil
            }
            return .moveOut(value, after: place)
        }
    }
}

extension ProgramOutline {
    fileprivate func making(_ change: RecomputeSearch.Change<NodeID>, _ readers: [[NodeID]]) -> ChangedOutline {
        switch change {
        case .makeAgain(let value, let reader, let depth):
            makingAgain(value, before: reader, depth: depth, readers)
        case .moveOut(let value, let position): movingOut(value, after: position)
        }
    }
}

/// What changes have come to, by all changes from the start.
private final class SeenChanges {
    struct Outcome {
        /// Bytes alive at each step.
        var profile: [Int]
        var addedMilliseconds: Double
    }

    var outcomes: [[RecomputeSearch.Move]: Outcome] = [:]
}

extension [Int] {
    /// How much a profile is above a target, over all steps.
    fileprivate func excess(over target: Int) -> Double { reduce(0) { $0 + Double(Swift.max(0, $1 - target)) } }
}
