import GraphIR
import Programs

/// Gives every value of a program its place: parameters one after the other in their own region, everything else in
/// one arena.
///
/// What steps prepare from parameters lies in a region of its own in inference; elsewhere the parameters change from run to
/// run, so that it is no better than scratch.
public func planMemory(_ program: Program, options: PlanningOptions) -> Plan {
    let natural = program.ungrouped
    let ordered = options.strategy == .best ? orderSteps(natural, options: options) : natural
    let program = options.strategy == .best ? formGroups(ordered, options: options) : ordered
    var planned = PlannedBuffers(program, options: options)
    let parameterBytes = planned.placeInOrder(.parameters)
    let allPreparedBytes = planned.placeInOrder(.prepared)
    let derivedBytes = planned.placeInOrder(.derived)
    let outcome = place(planned.arenaRequests, options)
    let offsets = outcome.placement?.offsets ?? []
    for (index, offset) in zip(planned.arena, offsets) { planned.buffers[index].offset = offset }
    var report = PlanReport(program: program, options: options, buffers: planned.buffers, outcome: outcome)
    report.savings = PlanSavings(program, natural: natural, options: options)
    return Plan(
        program: program, batchCapacity: options.batchCapacity, alignment: options.alignment,
        buffers: planned.buffers, locations: planned.locations, scratch: planned.scratch, prepared: planned.prepared,
        steps: planned.steps, arenaBytes: report.arenaBytes,
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
