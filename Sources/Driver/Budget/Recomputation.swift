import MemoryPlanning
import Programs

/// What a plan of training makes a second time in the backward pass.
public enum Recomputation: Hashable, Sendable {
    /// Nothing.
    case none
    /// What costs next to nothing.
    case nearlyFree
    /// A program that a search has found.
    case chosen(Program)

    /// The share of a step's time that counts as next to nothing.
    static let freeShare = 0.01
}

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
