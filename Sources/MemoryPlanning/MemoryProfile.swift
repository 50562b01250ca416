import GraphIR
import Programs

/// The bytes of arena that are in use at each step of a program, by the step's place, with the views and in-place results
/// of the strategy. The most of them is what `memoryLowerBound` says.
public func memoryProfile(_ program: Program, options: PlanningOptions) -> [Int] {
    let requests = PlannedBuffers.ofArena(program, options: options).map(PlacementRequest.init)
    let count = program.steps.count
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
