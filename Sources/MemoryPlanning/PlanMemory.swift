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
    let assignment = StorageAssignment(schedule, options: options)
    var (buffers, locations) = assignment.buffers()
    let scratch = append(scratchBytes, to: &buffers, of: schedule, options)
    let prepared = append(
        preparedBytes, in: schedule.isInference ? .prepared : .arena, to: &buffers, of: schedule, options)
    let parameterBytes = place(.parameters, &buffers)
    let allPreparedBytes = place(.prepared, &buffers)
    let derivedBytes = place(.derived, &buffers)
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
        scratch: scratch, prepared: prepared, steps: steps, arenaBytes: placement.total,
        parameterBytes: parameterBytes, preparedBytes: allPreparedBytes,
        largestPreparedBytes: report.largestPreparedBytes, derivedBytes: derivedBytes, report: report)
}

/// Places a region's buffers one after the other and returns its bytes.
private func place(_ region: StorageBuffer.Region, _ buffers: inout [StorageBuffer]) -> Int {
    var end = 0
    for index in buffers.indices where buffers[index].region == region {
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

/// Adds a buffer for each step that asks for some bytes, in the arena alive during that step alone; returns their places
/// by node index.
private func append(
    _ bytes: [NodeID: Int], in region: StorageBuffer.Region = .arena, to buffers: inout [StorageBuffer],
    of schedule: Schedule, _ options: PlanningOptions
) -> [Int?] {
    var places = [Int?](repeating: nil, count: schedule.graph.nodes.count)
    for (step, id) in schedule.steps.enumerated() {
        guard let size = bytes[id], size > 0 else { continue }
        places[id.index] = buffers.count
        let isLasting = region != .arena
        buffers.append(
            StorageBuffer(
                region: region, root: id, bytes: size.roundedUp(to: options.alignment),
                firstStep: isLasting ? -1 : step, lastStep: isLasting ? schedule.steps.count : step))
    }
    return places
}
