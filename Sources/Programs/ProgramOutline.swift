import Base
import GraphIR

/// A program in numbers: what its steps read and make, and how large that is, without operations, types and names.
///
/// It is what memory planning goes by. Searches change and measure it by the thousand, which would take several times as
/// long with the program itself.
public struct ProgramOutline: Hashable, Sendable {
    /// A node of the program's graph.
    public struct Entry: Hashable, Sendable {
        /// Where its operands begin among those of all nodes, how many there are, and how many of these are inputs; the
        /// others are its epilogue's.
        package var firstOperand = 0
        package var operandCount = 0
        package var inputCount = 0
        package var hasEpilogue: Bool
        /// The node whose kernel makes it.
        package var host: NodeID?
        /// Of the values that its own kernel makes beside it, the last.
        package var lastCompanion: NodeID?
        /// nil for leaves.
        package var form: Step.Form?
        package var isUpdate: Bool
        package var appliesGradient: Bool
        package var isParameter: Bool
        /// Whether it is made of parameters alone in a program that leaves them as they are.
        package var isKept = false
        /// Equal for values of the same type.
        package var type: Int
        package var channels: Int
        package var sampleBytes: Int
        package var isBatched: Bool
        package var layout: Layout
        package var element: ElementType
        package var scratchBytes: Int
        package var preparedBytes: Int

        /// Whether a step makes it.
        package var isMade: Bool { form != nil }

        package func bytes(batch: Int) -> Int { isBatched ? sampleBytes * batch : sampleBytes }
    }

    /// What a node reads.
    public struct Operand: Hashable, Sendable {
        package var node: NodeID
        package var access: Step.Access

        package init(node: NodeID, access: Step.Access) {
            self.node = node
            self.access = access
        }
    }

    /// By node index.
    package var entries: [Entry] = []
    /// Of all nodes, in their order; `Entry.firstOperand` says where each one's begin.
    package var operands: [Operand] = []
    /// As in the program.
    package var steps: [NodeID]
    package var results: [NodeID]
    package var isInference: Bool
    /// What `Program.moments` says of a grouped program, and what `mainMoments` does; nil where steps run one after the other
    /// in the order of `steps`.
    package var moments: [ClosedRange<Int>]?
    package var mainMoments: [ClosedRange<Int>]?
    /// How many moments there are where it is grouped.
    private var groupCount = 0

    public init(_ program: Program) {
        let graph = program.graph
        steps = program.steps
        results = program.results
        isInference = program.isInference
        if program.isGrouped {
            moments = program.moments
            mainMoments = program.mainMoments
            groupCount = program.momentCount
        }
        entries.reserveCapacity(graph.nodes.count)
        operands.reserveCapacity(3 * graph.nodes.count)
        var types: [TensorType: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            let type = types[node.type] ?? types.count
            types[node.type] = type
            append(node, program.step(NodeID(index)), layout: program.layout(of: NodeID(index)), type: type)
        }
        if isInference {
            for (index, isDerived) in program.isDerived.enumerated() { entries[index].isKept = isDerived }
        }
    }

    private mutating func append(_ node: Node, _ step: Step?, layout: Layout, type: Int) {
        var isParameter = false
        if case .parameter = node.op { isParameter = true }
        var entry = Entry(
            hasEpilogue: !node.epilogue.isEmpty, host: node.host, form: step?.form, isUpdate: step?.phase == .update,
            appliesGradient: step?.appliesGradient ?? false, isParameter: isParameter, type: type,
            channels: node.type.shape.first ?? 1, sampleBytes: node.type.bytes, isBatched: node.type.isBatched,
            layout: layout, element: node.type.element, scratchBytes: step?.scratchBytes ?? 0,
            preparedBytes: step?.preparedBytes ?? 0)
        entry.firstOperand = operands.count
        entry.inputCount = node.inputs.count
        for operand in node.inputs { add(operand, step) }
        for operand in node.epilogue.lazy.flatMap(\.operands) { add(operand, step) }
        entry.operandCount = operands.count - entry.firstOperand
        if let host = node.host { entries[host.index].lastCompanion = NodeID(entries.count) }
        entries.append(entry)

        func add(_ operand: NodeID, _ step: Step?) {
            let access = step?.accesses[operands.count - entry.firstOperand] ?? .read
            operands.append(Operand(node: operand, access: access))
        }
    }

    /// How many moments a run has.
    public var momentCount: Int { moments == nil ? steps.count : groupCount }

    /// The moments of the step at a place of `steps`, with its preparations.
    package func moments(_ id: NodeID, at step: Int) -> ClosedRange<Int> { moments?[id.index] ?? step...step }

    /// The same without its preparations.
    package func mainMoments(_ id: NodeID, at step: Int) -> ClosedRange<Int> { mainMoments?[id.index] ?? step...step }

    /// The places of a node's operands.
    package func operandRange(_ id: NodeID) -> Range<Int> {
        let entry = entries[id.index]
        return entry.firstOperand..<entry.firstOperand + entry.operandCount
    }

    package func inputRange(_ id: NodeID) -> Range<Int> {
        let entry = entries[id.index]
        return entry.firstOperand..<entry.firstOperand + entry.inputCount
    }

    /// A node's first operand.
    package func firstInput(_ id: NodeID) -> NodeID { operands[entries[id.index].firstOperand].node }
}
