import Emission
import GraphIR
import Kernels
import MemoryPlanning
import Passes

/// What a plan of training makes a second time in the backward pass.
public enum Recomputation: Hashable, Sendable {
    /// Nothing.
    case none
    /// What costs next to nothing.
    case nearlyFree
    /// A graph that a search has found, laid out.
    case chosen(RecomputedGraph)

    /// The share of a step's time that counts as next to nothing.
    static let freeShare = 0.01
}

extension Session {
    /// The graph of a training plan with what it makes again.
    func recomputed(_ graph: RecomputedGraph, _ options: CompileOptions) -> RecomputedGraph {
        switch options.recomputation {
        case .none: return graph
        case .chosen(let chosen): return chosen
        case .nearlyFree:
            guard options.strategy != .naive else { return graph }
            var search = recomputeSearch(graph, options)
            search.reduce(within: Recomputation.freeShare * search.stepMilliseconds)
            return search.state.graph
        }
    }

    func recomputeSearch(_ graph: RecomputedGraph, _ options: CompileOptions) -> RecomputeSearch {
        let batch = options.batch ?? self.graph.training.batch
        let schedule = scheduleSteps(graph.graph, layouts: graph.layouts)
        let demands = StepDemands(schedule, batch, options.target, algorithms(graph.graph, options))
        return RecomputeSearch(
            graph, demands: demands, options: PlanningOptions(strategy: options.strategy, batchCapacity: batch),
            target: options.target)
    }
}
