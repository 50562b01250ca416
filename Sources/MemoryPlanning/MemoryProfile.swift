import GraphIR

/// The bytes of arena that are in use at each step of a schedule, by the step's place, with the views and in-place results
/// of the strategy. The most of them is what `memoryLowerBound` says.
///
/// - Parameters:
///   - scratchBytes: memory that a step's kernels share while it runs, by the step's node.
///   - preparedBytes: memory for what a step derives from parameters alone.
///   - overwriting: steps whose kernels store each element of the result once, right behind reading the operands of
///     fused steps there, so that the result may take the place of one that dies.
public func memoryProfile(
    _ schedule: Schedule, options: PlanningOptions, scratchBytes: [NodeID: Int] = [:],
    preparedBytes: [NodeID: Int] = [:], overwriting: Set<NodeID> = []
) -> [Int] {
    let needs = StepNeeds(scratchBytes: scratchBytes, preparedBytes: preparedBytes, overwriting: overwriting)
    let requests = PlannedBuffers(schedule, options: options, needs).arenaRequests
    let count = schedule.steps.count
    var changes = [Int](repeating: 0, count: count + 1)
    for request in requests where request.needsMemory {
        changes[min(max(request.first, 0), count)] += request.size
        changes[min(request.last + 1, count)] -= request.size
    }
    var alive = 0
    return (0..<count).map { step in
        alive += changes[step]
        return alive
    }
}
