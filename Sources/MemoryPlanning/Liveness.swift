import GraphIR
import Programs

/// When each value of a program is made and last read, counted in moments: groups of kernels, or steps where these run one
/// after the other.
public struct Liveness {
    /// The first moment of the step that makes the value, for a companion of its host; −1 for leaves.
    public let definition: [Int]
    /// The last moment of the steps that make and read it; the number of moments for results.
    public let lastUse: [Int]
    private let momentCount: Int
    /// By value of a grouped program, the step that makes or reads it last, and the last moment of all others that do.
    private var lastUsers: [(step: NodeID, others: Int)] = []

    public init(_ program: Program) { self.init(ProgramOutline(program)) }

    /// - Parameter streamsGradients: false keeps gradients to the end, although their updates have been made.
    init(_ outline: ProgramOutline, streamsGradients: Bool = true) {
        let entries = outline.entries
        var definition = [Int](repeating: -1, count: entries.count)
        var lastUse = [Int](repeating: -1, count: entries.count)
        for (step, id) in outline.steps.enumerated() {
            let moments = outline.mainMoments(id, at: step)
            definition[id.index] = entries[id.index].host.map { definition[$0.index] } ?? moments.lowerBound
            lastUse[id.index] = max(lastUse[id.index], moments.upperBound)
            for place in outline.operandRange(id) {
                let operand = outline.operands[place].node.index
                lastUse[operand] = max(lastUse[operand], moments.upperBound)
            }
        }
        for id in outline.results { lastUse[id.index] = outline.momentCount }
        if !streamsGradients {
            for id in outline.steps where entries[id.index].appliesGradient {
                lastUse[outline.operands[entries[id.index].firstOperand + 1].node.index] = outline.momentCount
            }
        }
        self.definition = definition
        self.lastUse = lastUse
        momentCount = outline.momentCount
        if outline.moments != nil { findLastUsers(outline) }
    }

    private mutating func findLastUsers(_ outline: ProgramOutline) {
        var moments = [Int](repeating: -1, count: outline.entries.count)
        lastUsers = outline.entries.indices.map { (NodeID($0), -1) }
        for (place, id) in outline.steps.enumerated() {
            let moment = outline.mainMoments(id, at: place).upperBound
            for value in [id] + outline.operandRange(id).map({ outline.operands[$0].node }) {
                let index = value.index
                if lastUsers[index].step == id {
                    moments[index] = max(moments[index], moment)
                } else if moment >= moments[index] {
                    lastUsers[index] = (id, moments[index])
                    moments[index] = moment
                } else {
                    lastUsers[index].others = max(lastUsers[index].others, moment)
                }
            }
        }
    }

    /// Whether a step may write over a value: nobody but itself needs it at that moment, its first, or later.
    func isOver(_ value: NodeID, for step: NodeID, at moment: Int) -> Bool {
        guard lastUse[value.index] >= moment else { return true }
        guard !lastUsers.isEmpty else { return lastUse[value.index] == moment }
        // Results are needed beyond all steps.
        return lastUsers[value.index].step == step && lastUsers[value.index].others < moment
            && lastUse[value.index] < momentCount
    }
}
