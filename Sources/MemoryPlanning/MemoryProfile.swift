import GraphIR
import Programs

/// The bytes of arena that are in use at each moment of a program, with the views and in-place results of
/// the strategy. The most of them is what `memoryLowerBound` says.
public func memoryProfile(_ outline: ProgramOutline, options: PlanningOptions) -> [Int] {
    let count = outline.momentCount
    var changes = [Int](repeating: 0, count: count + 1)
    for request in PlannedBuffers.ofArena(outline, options: options).lazy.map(PlacementRequest.init)
    where request.needsMemory {
        changes[min(max(request.first, 0), count)] += request.size
        changes[min(request.last + 1, count)] -= request.size
    }
    var alive = 0
    return (0..<count).map { step in
        alive += changes[step]
        return alive
    }
}
