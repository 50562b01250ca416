import GraphIR

/// Gives every value of a schedule its place: parameters one after the other in their own region, everything else in
/// one arena.
///
/// - Parameters:
///   - scratchBytes: memory that a step's kernels share while it runs, by the step's node.
///   - preparedBytes: memory for what a step derives from parameters alone. Inference has it in a region of its own;
///     elsewhere the parameters change from run to run, so that it is no better than scratch.
public func planMemory(
    _ schedule: Schedule, options: PlanningOptions, scratchBytes: [NodeID: Int] = [:],
    preparedBytes: [NodeID: Int] = [:]
) -> Plan {
    var planned = PlannedBuffers(
        schedule, options: options, scratchBytes: scratchBytes, preparedBytes: preparedBytes)
    let parameterBytes = planned.placeInOrder(.parameters)
    let allPreparedBytes = planned.placeInOrder(.prepared)
    let derivedBytes = planned.placeInOrder(.derived)
    let requests = planned.arenaRequests
    let placement = options.strategy == .naive ? placeSideBySide(requests) : placeGreedily(requests)
    for (index, offset) in zip(planned.arena, placement.offsets) { planned.buffers[index].offset = offset }
    let report = PlanReport(
        schedule: schedule, options: options, buffers: planned.buffers, arenaBytes: placement.total,
        lowerBound: livenessLowerBound(requests))
    return Plan(
        schedule: schedule, batchCapacity: options.batchCapacity, alignment: options.alignment,
        buffers: planned.buffers, locations: planned.locations, scratch: planned.scratch, prepared: planned.prepared,
        steps: planned.steps,
        arenaBytes: placement.total, parameterBytes: parameterBytes, preparedBytes: allPreparedBytes,
        largestPreparedBytes: report.largestPreparedBytes, derivedBytes: derivedBytes, report: report)
}

private func placeSideBySide(_ requests: [PlacementRequest]) -> Placement {
    var end = 0
    let offsets = requests.map { request in
        defer { end += request.size }
        return end
    }
    return Placement(offsets: offsets, total: end)
}
