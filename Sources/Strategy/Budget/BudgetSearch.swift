import GraphIR
import MemoryPlanning
import Passes
import Programs

/// A way to train within a budget of memory.
public struct BudgetChoice: Sendable {
    public var split: StepSplit
    /// Of the training plan, with what is made again.
    public var program: Program
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
    let compilation: Compilation
    let trainer: TrainerMemory
    let threads: Int
    /// What is known of splits that have been looked at.
    private var candidates: [StepSplit: Candidate] = [:]

    init(_ compilation: Compilation, trainer: TrainerMemory, threads: Int) {
        self.compilation = compilation
        self.trainer = trainer
        self.threads = threads
    }

    private var graph: Graph { compilation.graph }

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
        let all = StepSplit.all(compilation.batch)
        return graph.obstacleToSplitting == nil ? all : [all[0]]
    }

    mutating func candidate(_ split: StepSplit) throws -> Candidate {
        if let known = candidates[split] { return known }
        let train = try compilation.selected(.train, batch: split.part)
        let deferred = deferred(train.graph, split)
        let search = compilation.recomputeSearch(deferred?.left(of: train) ?? train, batch: split.part)
        let atTheEnd = try deferred.map {
            try compilation.program(of: $0, batch: split.batch, partBatch: split.part)
        }
        let workspace = [search.state.program, atTheEnd].compactMap { $0?.workspaceBytes }.max() ?? 0
        let memory = ProcessMemory(
            graph, split: split, deferred: deferred, arenaBytes: search.state.peak, workspaceBytes: workspace,
            threads: threads, trainer: trainer)
        let leastAtTheEnd = atTheEnd.map {
            memoryLowerBound($0, options: compilation.planning(batch: split.batch))
        }
        let candidate = Candidate(
            split: split, search: search, deferred: deferred,
            leastArena: max(leastAtTheEnd ?? 0, try leastArenaOfTests(split)), memory: memory,
            milliseconds: Double(split.parts) * search.stepMilliseconds + (atTheEnd?.milliseconds ?? 0)
                + updateMilliseconds(split, memory))
        candidates[split] = candidate
        return candidate
    }

    /// Before anything is placed.
    private func leastArenaOfTests(_ split: StepSplit) throws -> Int {
        guard compilation.options.plans.contains(.forward) else { return 0 }
        return memoryLowerBound(
            try compilation.selected(.forward, batch: split.part), options: compilation.planning(batch: split.part))
    }

    /// Where gradients are summed in any case, none has to wait.
    private func deferred(_ graph: Graph, _ split: StepSplit) -> DeferredGradients? {
        split.parts == 1 || self.graph.training.sumsWholeBatches
            ? nil : DeferredGradients(of: graph, batch: split.batch)
    }

    /// Whether a step takes at least so many milliseconds on one core, as far as that can be told without looking closer.
    ///
    /// Most ways to cut the batch are slower than what has been found already, and asking the kernels of all plans what they
    /// need is most of the work.
    private func takes(_ milliseconds: Double, _ split: StepSplit) throws -> Bool {
        guard candidates[split] == nil else { return false }
        let plain = try compilation.unmeasured(.train, batch: split.part)
        let deferred = deferred(plain.graph, split)
        let atTheEnd = try deferred.map {
            try compilation.unmeasuredProgram(of: $0, batch: split.batch, partBatch: split.part).convolutionMilliseconds
        }
        // Sums of the same times in another order differ in their last bits.
        let limit = (milliseconds - (atTheEnd ?? 0)) / Double(split.parts) * (1 + 1e-9)
        if (deferred?.left(of: plain) ?? plain).convolutionMilliseconds >= limit { return true }
        let train = try compilation.selected(.train, batch: split.part)
        return (deferred?.left(of: train) ?? train).milliseconds >= limit
    }

    /// The optimiser's step, and the sums of gradients before it.
    private func updateMilliseconds(_ split: StepSplit, _ memory: ProcessMemory) -> Double {
        let moved = 2 * (memory.parameters + memory.moments) + memory.parameters
        let summed = split.parts > 1 ? split.parts * 3 * memory.sums + 3 * memory.kept : 0
        return compilation.options.target.milliseconds(moving: Double(moved + summed))
    }

    /// The share of its arena below which nothing brings a plan; a search for less would take longest.
    private static let leastShare = 0.3

    /// The fastest way that takes at most so many bytes, of which placement wastes some; nil when there is none.
    mutating func fastest(within bytes: Int, wasted: [StepSplit: Int] = [:]) throws -> BudgetChoice? {
        var best: BudgetChoice?
        for split in splits() {
            if let best, try takes(best.milliseconds * Double(threads), split) { continue }
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
            split: candidate.split, program: state.program, deferred: candidate.deferred, memory: memory,
            milliseconds: (candidate.milliseconds + added) / Double(threads),
            addedShare: added / (candidate.milliseconds + added))
    }

    /// What takes least, however long.
    mutating func least() throws -> BudgetChoice {
        guard let least = try curve().min(by: { $0.memory.total < $1.memory.total }) else {
            fatalError("a batch can be cut in no way")
        }
        return least
    }

    /// Points of the curve of memory and time.
    mutating func curve() throws -> [BudgetChoice] {
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
