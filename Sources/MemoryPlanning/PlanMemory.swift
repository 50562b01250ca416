import GraphIR

/// Gives every value of a schedule its place: parameters one after the other in their own region, everything else in
/// one arena.
///
/// - Parameters:
///   - scratchBytes: memory that a step's kernels share while it runs, by the step's node.
///   - preparedBytes: memory for what a step derives from parameters alone. Inference has it in a region of its own;
///     elsewhere the parameters change from run to run, so that it is no better than scratch.
///   - overwriting: steps whose kernels store each element of the result once, right behind reading the operands of
///     fused steps there, so that the result may take the place of one that dies.
public func planMemory(
    _ schedule: Schedule, options: PlanningOptions, scratchBytes: [NodeID: Int] = [:],
    preparedBytes: [NodeID: Int] = [:], overwriting: Set<NodeID> = []
) -> Plan {
    let needs = StepNeeds(scratchBytes: scratchBytes, preparedBytes: preparedBytes, overwriting: overwriting)
    let natural = schedule
    let schedule = options.strategy == .best ? orderSteps(natural, options: options, needs) : natural
    var planned = PlannedBuffers(schedule, options: options, needs)
    let parameterBytes = planned.placeInOrder(.parameters)
    let allPreparedBytes = planned.placeInOrder(.prepared)
    let derivedBytes = planned.placeInOrder(.derived)
    let outcome = place(planned.arenaRequests, options)
    let offsets = outcome.placement?.offsets ?? []
    for (index, offset) in zip(planned.arena, offsets) { planned.buffers[index].offset = offset }
    var report = PlanReport(schedule: schedule, options: options, buffers: planned.buffers, outcome: outcome)
    report.savings = PlanSavings(schedule, natural: natural, options: options, needs)
    return Plan(
        schedule: schedule, batchCapacity: options.batchCapacity, alignment: options.alignment,
        buffers: planned.buffers, locations: planned.locations, scratch: planned.scratch, prepared: planned.prepared,
        steps: planned.steps, overwriting: overwriting.intersection(planned.steps), arenaBytes: report.arenaBytes,
        parameterBytes: parameterBytes,
        preparedBytes: allPreparedBytes,
        largestPreparedBytes: report.largestPreparedBytes, derivedBytes: derivedBytes, report: report)
}

private func place(_ requests: [PlacementRequest], _ options: PlanningOptions) -> PlacementOutcome {
    switch options.strategy {
    case .naive: PlacementOutcome(placeSideBySide(requests), of: requests)
    case .greedy: PlacementOutcome(placeGreedily(requests), of: requests)
    case .best: placeBlocks(requests, limits: PlacementLimits(nodes: options.searchNodes))
    }
}

private func placeSideBySide(_ requests: [PlacementRequest]) -> Placement {
    var end = 0
    let offsets = requests.map { request in
        defer { end += request.size }
        return end
    }
    return Placement(offsets: offsets, total: end)
}
