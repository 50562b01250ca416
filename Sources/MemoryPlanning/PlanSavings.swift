import GraphIR
import Programs

/// What parts of the compiler save of a plan's memory.
///
/// All but `fusedBytes` are differences of lower bounds: the most bytes alive at once in a plan that lacks one part and
/// has all others, less those of the plan. Such a difference can be 0 because the peak is elsewhere.
public struct PlanSavings: Hashable, Sendable {
    /// Bytes of all values that fused steps hand on in registers, so that they have no place at all.
    public var fusedBytes = 0
    /// Results in the place of operands that die.
    public var inPlaceBytes = 0
    /// Operands of concats in their slices of it, and slices in their operands.
    public var viewBytes = 0
    /// Gradients that are forgotten once their update has been made, against all of them kept to the end.
    public var streamedUpdateBytes = 0
    /// The order of steps, against that of the graph.
    public var orderBytes = 0

    init() {}

    init(_ program: Program, natural: Program, options: PlanningOptions) {
        let graph = program.graph
        fusedBytes = program.steps.reduce(0) { sum, id in
            sum + graph[id].epilogue.count * graph[id].type.bytes(batch: options.batchCapacity)
        }
        guard options.strategy != .naive else { return }
        let bytes = memoryLowerBound(program, options: options)
        let saved = { (part: WritableKeyPath<PlanningOptions, Bool>) in
            var without = options
            without[keyPath: part] = false
            return memoryLowerBound(program, options: without) - bytes
        }
        inPlaceBytes = saved(\.worksInPlace)
        viewBytes = saved(\.usesViews)
        if program.steps.contains(where: { program[$0].appliesGradient }) {
            streamedUpdateBytes = saved(\.streamsGradients)
        }
        if program.steps != natural.steps { orderBytes = memoryLowerBound(natural, options: options) - bytes }
    }

    /// Lines that name what saves something, and what costs something; none for nothing.
    var lines: [String] {
        let parts = [
            ("in-place results", inPlaceBytes), ("views", viewBytes),
            ("updates as gradients come", streamedUpdateBytes),
            ("the order of steps", orderBytes),
        ].filter { abs($0.1) >= Self.leastBytes }.map { (name: $0.0, bytes: $0.1) }
        var lines: [String] = []
        let gains = parts.filter { $0.bytes > 0 }.map { "\($0.name) \(mebibytes($0.bytes))" }
        if !gains.isEmpty { lines.append("saved at the peak: " + gains.joined(separator: ", ")) }
        // A map that its parts are written into is alive as long as the first of them.
        lines += parts.filter { $0.bytes < 0 }.map {
            "\($0.name) cost \(mebibytes(-$0.bytes)) at the peak, and save copies"
        }
        if fusedBytes >= Self.leastBytes {
            lines.append("fused steps: \(mebibytes(fusedBytes)) of values that have no place")
        }
        return lines
    }

    /// What is less shows as nothing.
    private static let leastBytes = 1 << 16
}
