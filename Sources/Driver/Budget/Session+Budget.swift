import Base
import Emission
import FileAccess
import GraphIR
import MemoryPlanning

extension Session {
    /// Options for the fastest training that takes at most so many bytes, and what they mean.
    /// - Parameters:
    ///   - trainer: what it takes besides the net.
    ///   - threads: that it will run on.
    /// - Throws: `DriverError` that names the least budget where nothing fits, and for graphs that cannot be trained.
    public func fitted(
        to bytes: Int, _ options: CompileOptions, trainer: TrainerMemory, threads: Int
    ) throws -> (options: CompileOptions, choice: BudgetChoice) {
        try checkTrainable()
        let search = BudgetSearch(session: self, options: options, trainer: trainer, threads: threads)
        // Placement may leave gaps that the search does not see.
        var wasted: [StepSplit: Int] = [:]
        for _ in 0..<16 {
            guard var choice = try search.fastest(within: bytes, wasted: wasted) else { break }
            let fitted = self.options(options, for: choice, budget: bytes)
            choice.memory.arena = try arenaBytes(fitted)
            if choice.memory.total <= bytes { return (fitted, choice) }
            wasted[choice.split, default: 0] += choice.memory.total - bytes
        }
        throw try tooSmall(bytes, search)
    }

    private func options(_ options: CompileOptions, for choice: BudgetChoice, budget: Int) -> CompileOptions {
        var fitted = options
        fitted.batch = choice.split.part
        fitted.stepBatch = choice.split.batch
        fitted.memoryBudget = budget
        fitted.recomputation = .chosen(choice.graph)
        fitted.deferred = choice.deferred
        return fitted
    }

    /// Of the largest plan, as it is placed.
    private func arenaBytes(_ options: CompileOptions) throws -> Int {
        let plans = try options.plans.filter { $0 != .tile }.map { try lowered($0, options) }
        return (plans + [try deferredPlan(options)]).compactMap { $0?.plan.arenaBytes }.max() ?? 0
    }

    private func tooSmall(_ bytes: Int, _ search: BudgetSearch) throws -> DriverError {
        let least = try search.least()
        var hint = "the least is --memory \(least.memory.total / (1 << 20) + 2)M"
        if let obstacle = graph.obstacleToSplitting {
            hint += ", or less with a smaller --batch: this one cannot go through the net in parts, for \(obstacle)"
        } else {
            hint += ", with \(least.split.part) of \(least.split.batch) samples at a time"
        }
        return DriverError(
            "\(Files.name(of: path)): error: training does not fit into \(mebibytes(bytes)): parameters, the optimizer's "
                + "state and what does not depend on the plan take \(mebibytes(least.memory.fixed))\n  hint: \(hint)")
    }

    /// What training takes, and how long a step is, with less and less memory: of what has been looked at, all that nothing
    /// beats in both.
    /// - Throws: `DriverError` for graphs that cannot be trained.
    public func memoryCurve(
        _ options: CompileOptions, trainer: TrainerMemory, threads: Int
    ) throws -> MemoryCurve {
        try checkTrainable()
        let search = BudgetSearch(session: self, options: options, trainer: trainer, threads: threads)
        return MemoryCurve(of: try search.curve())
    }

    private func checkTrainable() throws {
        guard graph.loss != nil else {
            throw DriverError(
                "\(Files.name(of: path)): error: the graph has no loss, so it cannot be trained; "
                    + "add a line such as `loss bce_with_logits(logits, mask)`")
        }
    }
}

extension BudgetChoice: CustomStringConvertible {
    public var description: String {
        var parts = ["\(mebibytes(memory.total)) without pictures, of which the arena is \(mebibytes(memory.arena))"]
        if split.parts > 1 { parts.append("\(split.batch) samples of a step in \(split.parts) parts of \(split.part)") }
        if let deferred {
            let count = deferred.gradients.count
            parts.append(
                "\(count) weight \(count == 1 ? "gradient waits" : "gradients wait") for the whole batch")
        }
        if addedShare > 0 {
            parts.append("values computed twice cost \(Text.fixed(100 * addedShare, 1)) % of a step")
        }
        return parts.joined(separator: "; ")
    }
}
