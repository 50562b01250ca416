import Base
import Emission
import GraphIR
import MemoryPlanning

/// A stage as the page shows it: its nodes with their places in the drawing, and what the pass before it has changed.
struct PageStage {
    private let dump: StageDump
    private let graph: Graph
    private let lowered: LoweredPlan
    private let rows: PlanRows
    private let layout: ULayout
    /// What has happened to nodes since the stage before, by name.
    private var entries: [String: GraphComparison.Entry] = [:]
    /// By name, the node of the plan that computes a node which the plan has not.
    private var makers: [String: String] = [:]

    /// - Parameters:
    ///   - before: the stage before it; nil for the first.
    ///   - planned: the last stage, which knows what each node is computed by.
    init(_ dump: StageDump, before: StageDump?, planned: StageDump, _ lowered: LoweredPlan, _ rows: PlanRows) {
        guard let graph = dump.graph else { fatalError("\(dump.stage) has no graph to show") }
        self.dump = dump
        self.graph = graph
        self.lowered = lowered
        self.rows = rows
        layout = ULayout(graph)
        if let comparison = before.flatMap({ GraphComparison($0, dump) }) {
            entries = Dictionary(comparison.entries.map { ($0.name, $0) }) { first, _ in first }
        }
        if let comparison = GraphComparison(dump, planned) {
            makers = Dictionary(
                comparison.entries.compactMap { entry in entry.absorbedInto.map { (entry.name, $0) } }
            ) { first, _ in first }
        }
    }

    var json: JSON {
        let gone = entries.values.filter { $0.after == nil }.sorted { $0.name < $1.name }
        return .object([
            ("name", .string(dump.stage)), ("width", .number(layout.width)), ("height", .number(layout.height)),
            (
                "bands",
                .array(layout.bands.map { .array([.string($0.label), .number($0.y), .number($0.height)]) })
            ),
            (
                "gone",
                .array(gone.map { .array([.string($0.name), $0.absorbedInto.map(JSON.string) ?? .null]) })
            ),
            ("nodes", .array(graph.ids.map(node))),
        ])
    }

    private func node(_ id: NodeID) -> JSON {
        let node = graph[id]
        var members: [(key: String, value: JSON)] = [
            ("name", .string(node.name)), ("op", .string(node.op.mnemonic)), ("inputs", JSON(node.inputs)),
            ("type", .string(node.type.description)), ("phase", .string(Phase(node).rawValue)),
            ("bytes", .integer(node.op.isEffect ? 0 : node.type.bytes(batch: lowered.plan.batchCapacity))),
        ]
        // What is not there is left out: most nodes have little of it.
        func add(_ key: String, _ value: JSON?) { if let value { members.append((key, value)) } }
        add("box", layout.frames[id.index].map(\.json))
        add("part", layout.parts.parts[id.index].json)
        add("again", layout.parts.isAgain(id) ? .bool(true) : nil)
        add("attributes", node.op.attributes.isEmpty ? nil : .string(braced(node.op.attributes)))
        add("then", node.epilogue.isEmpty ? nil : .array(node.epilogue.map(fused)))
        add("host", node.host.map { .integer($0.index) })
        add("line", node.origin.location.map { .integer($0.line) })
        add("column", node.origin.location.map { .integer($0.column) })
        add("from", node.origin.derivation.map { .string($0.description) })
        add("result", result(id))
        add("mark", entries[node.name]?.mark.map { .string($0.rawValue) })
        add("was", entries[node.name]?.mark == .changed ? entries[node.name]?.before.map(JSON.string) : nil)
        add("maker", makers[node.name].map(JSON.string))
        add("layout", dump.program.map { .string($0.layout(of: id).description) })
        add("place", place(id))
        return .object(members)
    }

    private func fused(_ step: FusedStep) -> JSON {
        .array([.string(step.function.mnemonic), JSON(step.operands)])
    }

    /// What callers know the value as.
    private func result(_ id: NodeID) -> JSON? {
        let names =
            graph.outputs.filter { $0.node == id }.map { "output \"\($0.name)\"" }
            + (graph.loss == id ? ["the loss"] : [])
            + graph.gradients.filter { $0.gradient == id }.map { "gradient of \"\(graph[$0.of].name)\"" }
        return names.isEmpty ? nil : .string(names.joined(separator: ", "))
    }

    /// Region, offset, and the buffer's first and last step, its bytes and whose it is, of a plan.
    private func place(_ id: NodeID) -> JSON? {
        guard case .planned(let listing, _) = dump, let location = listing.plan.locations[id.index] else { return nil }
        let buffer = listing.plan.buffers[location.buffer]
        let steps = rows.rows(of: buffer)
        return .array([
            .string(buffer.region.rawValue), .integer(listing.plan.byteOffset(of: location)),
            .integer(steps.lowerBound), .integer(steps.upperBound), .integer(buffer.bytes),
            .string(graph[buffer.root].name),
        ])
    }
}

extension Rectangle {
    fileprivate var json: JSON { .array([.number(x), .number(y), .number(width), .number(height)]) }
}

extension UParts.Part {
    /// Nothing is said of main boxes and of what is not drawn.
    fileprivate var json: JSON? {
        switch self {
        case .hidden, .main: nil
        case .tail: .string("tail")
        case .note: .string("note")
        }
    }
}
