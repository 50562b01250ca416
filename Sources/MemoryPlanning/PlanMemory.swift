import GraphIR

/// Gives every value of a schedule its place: parameters one after the other in their own region, everything else in
/// one arena.
///
/// - Parameter scratchBytes: memory that a step's kernels share while it runs, by the step's node.
public func planMemory(
    _ schedule: Schedule, options: PlanningOptions, scratchBytes: [NodeID: Int] = [:]
) -> Plan {
    let assignment = StorageAssignment(schedule, options: options)
    var (buffers, locations) = assignment.buffers()
    let scratch = appendScratch(scratchBytes, of: schedule, options, to: &buffers)
    let parameterBytes = placeParameters(&buffers)
    let arena = buffers.indices.filter { buffers[$0].region == .arena }
    let requests = arena.map {
        PlacementRequest(size: buffers[$0].bytes, first: buffers[$0].firstStep, last: buffers[$0].lastStep)
    }
    let placement = options.strategy == .naive ? placeSideBySide(requests) : placeGreedily(requests)
    for (index, offset) in zip(arena, placement.offsets) { buffers[index].offset = offset }
    let steps = assignment.executedSteps(locations)
    let report = PlanReport(
        schedule: schedule, options: options, buffers: buffers, arenaBytes: placement.total,
        lowerBound: livenessLowerBound(requests))
    return Plan(
        schedule: schedule, batchCapacity: options.batchCapacity, buffers: buffers, locations: locations,
        scratch: scratch, steps: steps, arenaBytes: placement.total, parameterBytes: parameterBytes, report: report)
}

private func placeParameters(_ buffers: inout [StorageBuffer]) -> Int {
    var end = 0
    for index in buffers.indices where buffers[index].region == .parameters {
        buffers[index].offset = end
        end += buffers[index].bytes
    }
    return end
}

private func placeSideBySide(_ requests: [PlacementRequest]) -> (offsets: [Int], total: Int) {
    var end = 0
    let offsets = requests.map { request in
        defer { end += request.size }
        return end
    }
    return (offsets, end)
}

/// A buffer for each step that asks for scratch memory, alive during that step alone.
private func appendScratch(
    _ bytes: [NodeID: Int], of schedule: Schedule, _ options: PlanningOptions, to buffers: inout [StorageBuffer]
) -> [Int?] {
    var scratch = [Int?](repeating: nil, count: schedule.graph.nodes.count)
    for (step, id) in schedule.steps.enumerated() {
        guard let size = bytes[id], size > 0 else { continue }
        scratch[id.index] = buffers.count
        buffers.append(
            StorageBuffer(
                region: .arena, root: id, bytes: size.roundedUp(to: options.alignment), firstStep: step,
                lastStep: step))
    }
    return scratch
}
