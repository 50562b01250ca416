import Emission
import GraphIR
import Kernels
import MemoryPlanning
import Passes

/// A way to train within a budget of memory.
public struct BudgetChoice: Sendable {
    public var split: StepSplit
    /// Of the training plan, laid out, with what is made again.
    public var graph: RecomputedGraph
    /// What the parts of a step leave to its end.
    public var deferred: DeferredGradients?
    /// Predicted.
    public var memory: ProcessMemory
    /// Of a whole step on all threads, as the cost models predict it.
    public var milliseconds: Double
    /// The share of it that computes values again.
    public var addedShare: Double
}

/// Looks for the fastest way to train in so much memory: the batch in parts, and in each part values made again.
struct BudgetSearch {
    let session: Session
    let options: CompileOptions
    let trainer: TrainerMemory
    let threads: Int

    /// A split with what there is to know of it before anything is made again.
    struct Candidate {
        var split: StepSplit
        var search: RecomputeSearch
        var deferred: DeferredGradients?
        /// What the arena has to hold whatever training makes again: what the other plans take at least.
        var leastArena: Int
        /// Everything but the arena.
        var memory: ProcessMemory
        /// Of a step without anything made again.
        var milliseconds: Double
    }

    /// The ways to cut the batch, from the whole one to single samples.
    func splits() -> [StepSplit] {
        let batch = options.batch ?? session.graph.training.batch
        let all = StepSplit.all(batch)
        return session.graph.obstacleToSplitting == nil ? all : [all[0]]
    }

    func candidate(_ split: StepSplit) throws -> Candidate {
        var options = options
        options.batch = split.part
        options.recomputation = .none
        let schedule = try session.pipeline(.train, options).schedule
        options.stepBatch = split.batch
        let deferred = split.parts > 1 ? deferred(schedule.graph, split) : nil
        let left = deferred?.left(of: schedule.graph, layouts: schedule.layouts)
        let search = session.recomputeSearch(
            left ?? RecomputedGraph(schedule.graph, layouts: schedule.layouts), options)
        let atTheEnd = try deferred.map { try session.needs(of: $0, train: schedule, options) }
        let workspace = [search.demands, atTheEnd?.demands].compactMap { $0?.workspaceBytes.values.max() }.max() ?? 0
        let memory = ProcessMemory(
            session.graph, split: split, deferred: deferred, arenaBytes: search.state.peak, workspaceBytes: workspace,
            threads: threads, trainer: trainer)
        return Candidate(
            split: split, search: search, deferred: deferred,
            leastArena: max(atTheEnd?.arenaBytes ?? 0, try leastArenaOfTests(options)), memory: memory,
            milliseconds: Double(split.parts) * search.stepMilliseconds + (atTheEnd?.demands.totalMilliseconds ?? 0)
                + updateMilliseconds(split, memory))
    }

    /// Before anything is placed.
    private func leastArenaOfTests(_ options: CompileOptions) throws -> Int {
        options.plans.contains(.forward) ? try session.lowerBound(of: .forward, options) : 0
    }

    /// Where gradients are summed in any case, none has to wait.
    private func deferred(_ graph: Graph, _ split: StepSplit) -> DeferredGradients? {
        session.graph.training.sumsWholeBatches ? nil : DeferredGradients(of: graph, batch: split.batch)
    }

    /// The optimiser's step, and the sums of gradients before it.
    private func updateMilliseconds(_ split: StepSplit, _ memory: ProcessMemory) -> Double {
        let moved = 2 * (memory.parameters + memory.moments) + memory.parameters
        let summed = split.parts > 1 ? split.parts * 3 * memory.sums + 3 * memory.kept : 0
        return Double(moved + summed) / (options.target.throughput.gigabytes * 1e6)
    }

    /// The share of its arena below which nothing brings a plan; a search for less would take longest.
    private static let leastShare = 0.3

    /// The fastest way that takes at most so many bytes, of which placement wastes some; nil when there is none.
    func fastest(within bytes: Int, wasted: [StepSplit: Int] = [:]) throws -> BudgetChoice? {
        var best: BudgetChoice?
        for split in splits() {
            var candidate = try candidate(split)
            if let best, candidate.milliseconds / Double(threads) >= best.milliseconds { continue }
            let room = ProcessMemory.wholePages(bytes - candidate.memory.fixed) - (wasted[split] ?? 0)
            guard room >= candidate.leastArena, room > Int(Self.leastShare * Double(candidate.search.state.peak)),
                candidate.search.reduce(to: room)
            else { continue }
            let choice = choice(candidate)
            if best.map({ choice.milliseconds < $0.milliseconds }) ?? true { best = choice }
        }
        return best
    }

    func choice(_ candidate: Candidate) -> BudgetChoice {
        let state = candidate.search.state
        var memory = candidate.memory
        memory.arena = max(state.peak, candidate.leastArena)
        let added = Double(candidate.split.parts) * state.addedMilliseconds
        return BudgetChoice(
            split: candidate.split, graph: state.graph, deferred: candidate.deferred, memory: memory,
            milliseconds: (candidate.milliseconds + added) / Double(threads),
            addedShare: added / (candidate.milliseconds + added))
    }

    /// What takes least, however long.
    func least() throws -> BudgetChoice {
        guard let least = try curve().min(by: { $0.memory.total < $1.memory.total }) else {
            fatalError("a batch can be cut in no way")
        }
        return least
    }

    /// Points of the curve of memory and time.
    func curve() throws -> [BudgetChoice] {
        var choices: [BudgetChoice] = []
        for split in splits() {
            var candidate = try candidate(split)
            let peak = candidate.search.state.peak
            choices.append(choice(candidate))
            for tenths in (1...9).reversed() {
                let isReached = candidate.search.reduce(to: peak / 10 * tenths)
                choices.append(choice(candidate))
                if !isReached { break }
            }
        }
        return choices
    }
}
