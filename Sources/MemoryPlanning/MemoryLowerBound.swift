import GraphIR

/// The bytes of arena that no placement of a schedule's buffers can beat, with the views and in-place results of the
/// strategy: a plan's `lowerBoundBytes` without the plan. Quick enough to be asked for each candidate of a search.
///
/// - Parameters:
///   - scratchBytes: memory that a step's kernels share while it runs, by the step's node.
///   - preparedBytes: memory for what a step derives from parameters alone.
///   - overwriting: steps whose kernels store each element of the result once, right behind reading the operands of
///     fused steps there, so that the result may take the place of one that dies.
public func memoryLowerBound(
    _ schedule: Schedule, options: PlanningOptions, scratchBytes: [NodeID: Int] = [:],
    preparedBytes: [NodeID: Int] = [:], overwriting: Set<NodeID> = []
) -> Int {
    lowerBound(
        schedule, options, StepNeeds(scratchBytes: scratchBytes, preparedBytes: preparedBytes, overwriting: overwriting)
    )
}

func lowerBound(_ schedule: Schedule, _ options: PlanningOptions, _ needs: StepNeeds) -> Int {
    let requests = PlannedBuffers(schedule, options: options, needs).arenaRequests
    return options.strategy == .naive
        ? requests.reduce(0) { $0 + $1.size } : livenessLowerBound(requests).bytes
}

/// As `memoryLowerBound`, with the steps in the order in which `planMemory` puts them.
public func orderedMemoryLowerBound(
    _ schedule: Schedule, options: PlanningOptions, scratchBytes: [NodeID: Int] = [:],
    preparedBytes: [NodeID: Int] = [:], overwriting: Set<NodeID> = []
) -> Int {
    let needs = StepNeeds(scratchBytes: scratchBytes, preparedBytes: preparedBytes, overwriting: overwriting)
    let ordered = options.strategy == .best ? orderSteps(schedule, options: options, needs) : schedule
    return lowerBound(ordered, options, needs)
}
