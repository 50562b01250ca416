import GraphIR
import Programs

/// When each value of a program is made and last read, counted in steps.
public struct Liveness {
    /// Step that makes the value, for a companion that of its host; −1 for leaves.
    public let definition: [Int]
    /// Last step that reads it; the number of steps for results; its definition when nobody reads it.
    public let lastUse: [Int]

    /// - Parameter streamsGradients: false keeps gradients to the end, although their updates have been made.
    public init(_ program: Program, streamsGradients: Bool = true) {
        let graph = program.graph
        var definition = [Int](repeating: -1, count: graph.nodes.count)
        var lastUse = [Int](repeating: -1, count: graph.nodes.count)
        for (step, id) in program.steps.enumerated() {
            definition[id.index] = graph[id].host.map { definition[$0.index] } ?? step
            lastUse[id.index] = max(lastUse[id.index], step)
            for operand in graph[id].operands { lastUse[operand.index] = step }
        }
        for id in program.results { lastUse[id.index] = program.steps.count }
        if !streamsGradients {
            for id in program.steps where program[id].appliesGradient {
                lastUse[graph[id].inputs[1].index] = program.steps.count
            }
        }
        self.definition = definition
        self.lastUse = lastUse
    }
}
