import MemoryPlanning
import Programs

extension Compilation {
    /// The program of training with what it makes again.
    func recomputed(_ program: Program) -> Program {
        switch options.recomputation {
        case .none: return program
        case .chosen(let chosen): return chosen
        case .nearlyFree:
            guard options.strategy != .naive else { return program }
            var search = recomputeSearch(program, batch: batch)
            // Another order of steps may serve the program as it is better than what the search found for this order.
            let plain = search.orderedPeak
            search.reduce(within: Recomputation.freeShare * search.stepMilliseconds)
            return search.orderedPeak < plain ? search.state.program : program
        }
    }

    func recomputeSearch(_ program: Program, batch: Int) -> RecomputeSearch {
        RecomputeSearch(program, options: planning(batch: batch), target: options.target)
    }
}
