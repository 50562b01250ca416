import GraphIR
import MemoryPlanning

extension ArenaPicture {
    /// What the arena of a plan looks like.
    public init(_ listing: PlanListing) {
        let plan = listing.plan
        let rows = PlanRows(listing)
        let boxes = ArenaBoxes(plan, rows).all
        let graph = plan.program.graph
        let count = rows.count
        // One place more on either side, for what is there before and after the steps.
        var alive = [Int](repeating: 0, count: count + 2)
        for box in boxes { for step in box.steps { alive[step + 1] += box.bytes.count } }
        let bound = alive.max() ?? 0
        self.init(
            title: "\(graph.name), plan \(listing.name), batch \(plan.batchCapacity): the arena over time",
            remarks: Self.remarks(plan), arenaBytes: plan.arenaBytes, lowerBoundBytes: bound,
            peakStep: bound == 0 ? nil : alive.firstIndex(of: bound).map { $0 - 1 },
            steps: rows.nodes.enumerated().map { index, id in
                Step(
                    name: rows.names[index], operation: graph[id].operation, phase: plan.program[id].phase,
                    aliveBytes: alive[index + 1],
                    usedBytes: boxes.reduce(0) { $0 + $1.usedBytes(at: index) })
            },
            boxes: boxes)
    }

    private static func remarks(_ plan: Plan) -> [String] {
        var remarks = ["parameters \(byteText(plan.parameterBytes))"]
        if plan.preparedBytes > 0 { remarks.append("prepared weights \(byteText(plan.preparedBytes))") }
        if plan.derivedBytes > 0 { remarks.append("derived values \(byteText(plan.derivedBytes))") }
        return remarks
    }
}

/// Turns a plan's buffers into boxes.
private struct ArenaBoxes {
    private let plan: Plan
    private let rows: PlanRows
    private let liveness: Liveness

    init(_ plan: Plan, _ rows: PlanRows) {
        self.plan = plan
        self.rows = rows
        liveness = Liveness(plan.program)
    }

    var all: [ArenaPicture.Box] {
        plan.buffers.indices.filter { plan.buffers[$0].region == .arena && plan.buffers[$0].bytes > 0 }.map(box)
    }

    private var graph: Graph { plan.program.graph }
    private var lastStep: Int { rows.count }

    private func box(_ index: Int) -> ArenaPicture.Box {
        let buffer = plan.buffers[index]
        let steps = rows.rows(of: buffer)
        let bytes = buffer.offset..<buffer.offset + buffer.bytes
        let root = graph[buffer.root]
        guard !buffer.values.isEmpty else {
            return ArenaPicture.Box(
                content: .scratch, steps: steps, bytes: bytes, name: "scratch of \(root.name)",
                detail: "scratch of \(root.name)\n\(placeText(bytes, steps))")
        }
        var box = ArenaPicture.Box(
            content: content(of: root), steps: steps, bytes: bytes, name: root.name,
            detail: "\(root.name) = \(root.operation) : \(root.type)\n\(placeText(bytes, steps))")
        if buffer.values.count > 1 {
            box.parts = buffer.values.map { part($0, of: buffer) }
            box.detail += "\nholds " + buffer.values.map { graph[$0].name }.joined(separator: ", ")
        }
        return box
    }

    /// A value of a buffer of several. Those of a sample lie side by side: its share of the sample is its share of the box.
    private func part(_ id: NodeID, of buffer: StorageBuffer) -> ArenaPicture.Box {
        let node = graph[id]
        let whole = Double(max(1, graph[buffer.root].type.elementCount))
        let start = Double(plan.locations[id.index]?.elementOffset ?? 0) / whole
        let share = Double(node.type.elementCount) / whole
        let low = buffer.offset + Int((start * Double(buffer.bytes)).rounded())
        let high = buffer.offset + Int((min(1, start + share) * Double(buffer.bytes)).rounded())
        let first = liveness.definition[id.index]
        let steps = rows.rows(during: first...max(first, liveness.lastUse[id.index]))
        return ArenaPicture.Box(
            content: content(of: node), steps: steps, bytes: low..<max(low, high), name: node.name,
            detail: "\(node.name) = \(node.operation) : \(node.type)\n\(byteText(high - low)) inside "
                + "\(graph[buffer.root].name), \(lifetimeText(steps))")
    }

    private func content(of node: Node) -> ArenaPicture.Content {
        switch Phase(node) {
        case .leaves: .given
        case .forward: .forward
        case .backward, .update: .backward
        }
    }

    private func placeText(_ bytes: Range<Int>, _ steps: ClosedRange<Int>) -> String {
        "\(byteText(bytes.count)) at \(bytes.lowerBound), \(lifetimeText(steps))"
    }

    private func lifetimeText(_ steps: ClosedRange<Int>) -> String {
        let start = steps.lowerBound < 0 ? "the start" : "step \(steps.lowerBound)"
        let end = steps.upperBound >= lastStep ? "the end" : "step \(steps.upperBound)"
        return start == end ? "at \(start)" : "from \(start) to \(end)"
    }
}

extension Node {
    /// The operator and what is fused behind it: `conv + relu`.
    var operation: String { ([op.mnemonic] + epilogue.map(\.function.mnemonic)).joined(separator: " + ") }
}
