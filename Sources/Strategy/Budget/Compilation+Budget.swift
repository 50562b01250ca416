import Base
import FileAccess
import GraphIR
import MemoryPlanning
import Programs

extension Compilation {
    /// Goes on with the fastest training that takes at most so many bytes, and says what it means.
    /// - Parameters:
    ///   - trainer: what it takes besides the net.
    ///   - threads: that it will run on.
    /// - Throws: `DriverError` that names the least budget where nothing fits, and for graphs that cannot be trained.
    public func fit(to bytes: Int, trainer: TrainerMemory, threads: Int) throws -> BudgetChoice {
        try checkTrainable()
        return try timings.measure(.recomputation) {
            var search = BudgetSearch(self, trainer: trainer, threads: threads)
            // Placement may leave gaps that the search does not see.
            var wasted: [StepSplit: Int] = [:]
            for _ in 0..<16 {
                guard var choice = try search.fastest(within: bytes, wasted: wasted) else { break }
                let program = try checkedAgain(choice.program, batch: choice.split.part)
                let plan = placed(program, batch: choice.split.part)
                choice.memory.arena = max(plan.arenaBytes, try arenaBytesBeside(choice))
                if choice.memory.total <= bytes {
                    adopt(program, plan, stepBatch: choice.split.batch, deferred: choice.deferred, budget: bytes)
                    return choice
                }
                wasted[choice.split, default: 0] += choice.memory.total - bytes
            }
            throw try tooSmall(bytes, &search)
        }
    }

    /// Of the largest plan beside that of training, as it is placed.
    private func arenaBytesBeside(_ choice: BudgetChoice) throws -> Int {
        let kinds = options.plans.filter { !$0.isTile && $0 != .train }
        let deferred = try choice.deferred.map {
            try placed($0, batch: choice.split.batch, partBatch: choice.split.part).arenaBytes
        }
        return (try kinds.map { try placed($0, batch: choice.split.part).arenaBytes } + [deferred ?? 0]).max() ?? 0
    }

    private func tooSmall(_ bytes: Int, _ search: inout BudgetSearch) throws -> DriverError {
        let least = try search.least()
        var hint = "the least is --memory \(least.memory.total / (1 << 20) + 2)M"
        if let obstacle = graph.obstacleToSplitting {
            hint += ", or less with a smaller --batch: this one cannot go through the net in parts, for \(obstacle)"
        } else {
            hint += ", with \(least.split.part) of \(least.split.batch) samples at a time"
        }
        return DriverError(
            "\(fileName): error: training does not fit into \(mebibytes(bytes)): parameters, the optimizer's "
                + "state and what does not depend on the plan take \(mebibytes(least.memory.fixed))\n  hint: \(hint)")
    }

    /// What training takes, and how long a step is, with less and less memory: of what has been looked at, all that nothing
    /// beats in both.
    /// - Throws: `DriverError` for graphs that cannot be trained.
    public func memoryCurve(trainer: TrainerMemory, threads: Int) throws -> MemoryCurve {
        try checkTrainable()
        var search = BudgetSearch(self, trainer: trainer, threads: threads)
        return MemoryCurve(of: try search.curve())
    }

    private func checkTrainable() throws {
        guard graph.loss != nil else {
            throw DriverError(
                "\(fileName): error: the graph has no loss, so it cannot be trained; "
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
