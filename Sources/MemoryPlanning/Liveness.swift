import GraphIR
import Programs

/// When each value of a program is made and last read, counted in steps.
public struct Liveness {
    /// Step that makes the value, for a companion that of its host; −1 for leaves.
    public let definition: [Int]
    /// Last step that reads it; the number of steps for results; its definition when nobody reads it.
    public let lastUse: [Int]

    public init(_ program: Program) { self.init(ProgramOutline(program)) }

    /// - Parameter streamsGradients: false keeps gradients to the end, although their updates have been made.
    init(_ outline: ProgramOutline, streamsGradients: Bool = true) {
        let entries = outline.entries
        var definition = [Int](repeating: -1, count: entries.count)
        var lastUse = [Int](repeating: -1, count: entries.count)
        for (step, id) in outline.steps.enumerated() {
            definition[id.index] = entries[id.index].host.map { definition[$0.index] } ?? step
            lastUse[id.index] = max(lastUse[id.index], step)
            for place in outline.operandRange(id) { lastUse[outline.operands[place].node.index] = step }
        }
        for id in outline.results { lastUse[id.index] = outline.steps.count }
        if !streamsGradients {
            for id in outline.steps where entries[id.index].appliesGradient {
                lastUse[outline.operands[entries[id.index].firstOperand + 1].node.index] = outline.steps.count
            }
        }
        self.definition = definition
        self.lastUse = lastUse
    }
}
