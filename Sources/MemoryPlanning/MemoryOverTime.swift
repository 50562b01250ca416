import GraphIR
import Programs

/// The bytes of arena alive at each row of a program's kernels, while steps move.
struct MemoryOverTime {
    private struct Block {
        var bytes: Int
        var span: ClosedRange<Int>
        /// Whether it is there before the first row, or needed behind the last.
        var isFromStart = false
        var isToEnd = false
        /// The steps that use it.
        var users: [NodeID] = []
        /// Whether preparations use it as well.
        var isOfPreparations = false
    }

    private var blocks: [Block]
    /// By node index of a step, what it uses.
    private var blocksOfStep: [[Int]]
    /// By node index of a step, the rows during which its kernels run, and without its preparations.
    private var spans: [ClosedRange<Int>]
    private var mainSpans: [ClosedRange<Int>]
    private var alive: [Int]
    /// The bytes alive at once that no move may exceed.
    private let limit: Int

    init(
        _ program: Program, _ outline: ProgramOutline, _ assignment: StorageAssignment, _ rows: KernelRows,
        options: PlanningOptions, limit: Int
    ) {
        let graph = program.graph
        spans = Array(repeating: 0...0, count: graph.nodes.count)
        mainSpans = spans
        blocksOfStep = Array(repeating: [], count: graph.nodes.count)
        let (buffers, indices) = assignment.emptyBuffers()
        var blocks = buffers.map { Block(bytes: $0.region == .arena ? $0.bytes : 0, span: 0...0) }
        for id in graph.ids where !program.isMade(id) {
            if let index = indices[id.index] { blocks[index].isFromStart = true }
        }
        for id in program.results {
            if let index = indices[id.index] { blocks[index].isToEnd = true }
        }
        for id in program.steps {
            guard let last = rows.rowsOfNode[id.index].last else { continue }
            spans[id.index] = rows.rowsOfNode[id.index].lowerBound...last
            mainSpans[id.index] = rows.mainRow(of: id, in: program)...last
            let companions = graph.companions(of: id)
            let values = graph[id].operands + [id] + companions + companions.flatMap { graph[$0].operands }
            var used = Set(values.compactMap { indices[$0.index] }.filter { blocks[$0].bytes > 0 }).sorted()
            for block in used { blocks[block].users.append(id) }
            let entry = outline.entries[id.index]
            for (bytes, isPrepared) in [(entry.scratchBytes, false), (entry.preparedBytes, true)]
            where bytes > 0 && !(isPrepared && outline.isInference) {
                used.append(blocks.count)
                blocks.append(
                    Block(
                        bytes: bytes.roundedUp(to: options.alignment), span: spans[id.index], users: [id],
                        isOfPreparations: isPrepared))
            }
            blocksOfStep[id.index] = used
        }
        var alive = [Int](repeating: 0, count: rows.rows.count)
        for index in blocks.indices {
            guard let span = Self.span(blocks[index], spans, mainSpans, rows.rows.count) else {
                blocks[index].bytes = 0
                continue
            }
            blocks[index].span = span
            for row in span { alive[row] += blocks[index].bytes }
        }
        self.limit = limit
        self.alive = alive
        self.blocks = blocks
    }

    /// The rows at which more bytes are alive than the limit.
    var crowdedRows: [Int] { alive.indices.filter { alive[$0] > limit } }

    /// The rows at which a block is needed; nil for one that nobody uses.
    private static func span(
        _ block: Block, _ spans: [ClosedRange<Int>], _ mainSpans: [ClosedRange<Int>], _ count: Int
    ) -> ClosedRange<Int>? {
        var first = block.isFromStart ? 0 : Int.max
        var last = block.isToEnd ? count - 1 : -1
        for id in block.users {
            let span = block.isOfPreparations ? spans[id.index] : mainSpans[id.index]
            first = min(first, span.lowerBound)
            last = max(last, span.upperBound)
        }
        return first <= last ? first...last : nil
    }

    /// Moves a step, unless more bytes than the limit would be alive somewhere.
    /// - Parameters:
    ///   - span: the rows during which its kernels run.
    ///   - main: the same without its preparations.
    /// - Returns: whether it has been moved.
    mutating func move(
        _ id: NodeID, to span: ClosedRange<Int>, main: ClosedRange<Int>, isForced: Bool = false
    ) -> Bool {
        let old = (spans[id.index], mainSpans[id.index])
        let isAllowed = change(id, span, main)
        if !isAllowed, !isForced { _ = change(id, old.0, old.1) }
        return isAllowed || isForced
    }

    private mutating func change(_ id: NodeID, _ span: ClosedRange<Int>, _ main: ClosedRange<Int>) -> Bool {
        spans[id.index] = span
        mainSpans[id.index] = main
        var grown: [Range<Int>] = []
        for index in blocksOfStep[id.index] {
            let old = blocks[index].span
            guard let new = Self.span(blocks[index], spans, mainSpans, alive.count), new != old else { continue }
            blocks[index].span = new
            for range in parts(of: old, outside: new) { for row in range { alive[row] -= blocks[index].bytes } }
            for range in parts(of: new, outside: old) {
                for row in range { alive[row] += blocks[index].bytes }
                grown.append(range)
            }
        }
        return grown.allSatisfy { range in range.allSatisfy { alive[$0] <= limit } }
    }

    private func parts(of span: ClosedRange<Int>, outside other: ClosedRange<Int>) -> [Range<Int>] {
        let end = span.upperBound + 1
        let before = span.lowerBound..<max(span.lowerBound, min(end, other.lowerBound))
        let first = max(span.lowerBound, other.upperBound + 1)
        return [before, first..<max(first, end)]
    }
}
