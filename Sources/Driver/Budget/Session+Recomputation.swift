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
            // Another order of steps may serve the graph as it is better than what the search found for this order.
            let plain = search.state.orderedPeak(search)
            search.reduce(within: Recomputation.freeShare * search.stepMilliseconds)
            return search.state.orderedPeak(search) < plain ? search.state.graph : graph
        }
    }

    /// Options that name what is made again, so that the search for it is made once for plan and dumps.
    func settled(_ options: CompileOptions) throws -> CompileOptions {
        guard options.recomputation == .nearlyFree, options.plans.contains(.train), graph.loss != nil else {
            return options
        }
        let schedule = try pipeline(.train, options).schedule
        var settled = options
        settled.recomputation = .chosen(RecomputedGraph(schedule.graph, layouts: schedule.layouts))
        return settled
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
