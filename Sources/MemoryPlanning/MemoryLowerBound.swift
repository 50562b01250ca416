import GraphIR
import Programs

/// The bytes of arena that no placement of a program's buffers can beat, with the views and in-place results of the
/// strategy: a plan's `lowerBoundBytes` without the plan. Quick enough to be asked for each candidate of a search.
public func memoryLowerBound(_ program: Program, options: PlanningOptions) -> Int {
    memoryLowerBound(ProgramOutline(program), options: options)
}

/// The same of a program's outline.
func memoryLowerBound(_ outline: ProgramOutline, options: PlanningOptions) -> Int {
    let requests = PlannedBuffers.ofArena(outline, options: options).map(PlacementRequest.init)
    return options.strategy == .naive
        ? requests.reduce(0) { $0 + $1.size } : livenessLowerBound(requests).bytes
}

/// As `memoryLowerBound`, with the steps in the order in which `planMemory` puts them.
public func orderedMemoryLowerBound(_ program: Program, options: PlanningOptions) -> Int {
    memoryLowerBound(options.strategy == .best ? orderSteps(program, options: options) : program, options: options)
}
