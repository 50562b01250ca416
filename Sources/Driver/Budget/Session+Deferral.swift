import Emission
import GraphIR
import Kernels
import MemoryPlanning
import Passes

extension Session {
    /// The plan that makes what the parts of a step have left to its end; nil where they leave nothing.
    /// - Throws: `DriverError` for a plan that is wrong.
    func deferredPlan(_ options: CompileOptions) throws -> LoweredPlan? {
        guard let deferred = options.deferred, options.plans.contains(.train) else { return nil }
        let schedule = try deferredSchedule(deferred, options)
        let batch = deferredBatch(options)
        return try verified(
            LoweredPlan(
                name: "deferred", schedule: schedule,
                options: PlanningOptions(strategy: options.strategy, batchCapacity: batch), target: options.target,
                convolutions: deferredAlgorithms(schedule.graph, options)))
    }

    /// The steps of that plan. What is kept lies in it as it does in the plan `train`.
    func deferredSchedule(_ deferred: DeferredGradients, _ options: CompileOptions) throws -> Schedule {
        var whole = options
        whole.deferred = nil
        whole.recomputation = .none
        return try deferredSchedule(deferred, train: try pipeline(.train, whole).schedule, options)
    }

    private func deferredSchedule(
        _ deferred: DeferredGradients, train: Schedule, _ options: CompileOptions
    ) throws -> Schedule {
        var leaves: [String: Layout] = [:]
        for id in train.graph.ids { leaves[train.graph[id].name] = train.layouts[id.index] }
        let graph = deferred.graph(from: train.graph)
        let laidOut = assignLayouts(
            graph, target: options.target, convolutions: deferredAlgorithms(graph, options), leaves: leaves)
        do {
            try requireWellFormed(laidOut.graph, after: "deferral")
        } catch {
            throw DriverError("\(error)", exitCode: 70)
        }
        return scheduleSteps(laidOut.graph, layouts: laidOut.layouts)
    }

    /// Samples that the plan takes at once.
    private func deferredBatch(_ options: CompileOptions) -> Int {
        options.stepBatch ?? options.batch ?? graph.training.batch
    }

    private func deferredAlgorithms(_ graph: Graph, _ options: CompileOptions) -> AlgorithmTable {
        var whole = options
        whole.batch = deferredBatch(options)
        return algorithms(graph, whole)
    }

    /// What making those gradients at the end of a step takes, and the arena that it takes at least.
    /// - Parameter train: the steps of the plan `train` with nothing left out.
    func needs(
        of deferred: DeferredGradients, train: Schedule, _ options: CompileOptions
    ) throws -> (demands: StepDemands, arenaBytes: Int) {
        let schedule = try deferredSchedule(deferred, train: train, options)
        return needs(schedule, deferredAlgorithms(schedule.graph, options), batch: deferredBatch(options), options)
    }

    /// The arena that another plan takes at least.
    func lowerBound(of kind: PlanKind, _ options: CompileOptions) throws -> Int {
        let schedule = try pipeline(kind, options).schedule
        let batch = options.batch ?? graph.training.batch
        return needs(schedule, algorithms(schedule.graph, options), batch: batch, options).arenaBytes
    }

    private func needs(
        _ schedule: Schedule, _ algorithms: AlgorithmTable, batch: Int, _ options: CompileOptions
    ) -> (demands: StepDemands, arenaBytes: Int) {
        let demands = StepDemands(schedule, batch, options.target, algorithms)
        let bytes = memoryLowerBound(
            schedule, options: PlanningOptions(strategy: options.strategy, batchCapacity: batch),
            scratchBytes: demands.scratchBytes, preparedBytes: demands.preparedBytes, overwriting: demands.overwriting)
        return (demands, bytes)
    }
}
