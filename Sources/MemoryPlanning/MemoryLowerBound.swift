import GraphIR

/// The bytes of arena that no placement of a schedule's buffers can beat, with the views and in-place results of the
/// strategy: a plan's `lowerBoundBytes` without the plan. Quick enough to be asked for each candidate of a search.
///
/// - Parameters:
///   - scratchBytes: memory that a step's kernels share while it runs, by the step's node.
///   - preparedBytes: memory for what a step derives from parameters alone.
public func memoryLowerBound(
    _ schedule: Schedule, options: PlanningOptions, scratchBytes: [NodeID: Int] = [:],
    preparedBytes: [NodeID: Int] = [:]
) -> Int {
    lowerBound(schedule, options, StepNeeds(scratchBytes: scratchBytes, preparedBytes: preparedBytes))
}

func lowerBound(_ schedule: Schedule, _ options: PlanningOptions, _ needs: StepNeeds) -> Int {
    let requests = PlannedBuffers(schedule, options: options, needs).arenaRequests
    return options.strategy == .naive
        ? requests.reduce(0) { $0 + $1.size } : livenessLowerBound(requests).bytes
}
