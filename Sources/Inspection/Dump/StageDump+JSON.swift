import Base
import Emission
import GraphDSL
import GraphIR
import MemoryPlanning
import Programs

extension StageDump {
    /// Counts up when a key of the JSON form changes its meaning or goes; keys may be added without that.
    public static let schemaVersion = 3

    /// The stage as data, described in docs/DUMPS.md.
    public var json: String {
        var members = heading
        switch self {
        case .parsed(let syntax): members.append(("syntax", .array(syntax.outline.map(JSON.init))))
        case .graph(let graph, _): members.append(("graph", graph.json))
        case .program(let program): members += program.members { _ in true }
        case .planned(let listing, let lowered):
            members += listing.plan.program.members { _ in true }
            members.append(("plan", listing.json { _ in true }))
            if let lowered { members.append(("model", lowered.json)) }
        case .kernels(let lowered, let files):
            let files = files.map { JSON.object([("path", .string($0.path)), ("text", .string($0.text))]) }
            members += [("model", lowered.json), ("files", .array(files))]
        }
        return JSON.object(members).pretty(depth: 3) + "\n"
    }

    /// The part of the stage that has a node and those that are at most `radius` edges away.
    /// - Returns: nil for stages whose data is no graph (`parsed`, `kernels`), and for a node that is not there.
    public func json(around name: String, radius: Int) -> String? {
        guard let graph, let center = graph.id(named: name) else { return nil }
        let isNear = GraphPicture(graph).nearness(to: center.index, radius: radius)
        let belongs = { (id: NodeID) in isNear[id.index] }
        let focus: [(key: String, value: JSON)] = [
            ("node", .string(name)), ("id", .integer(center.index)), ("radius", .integer(radius)),
        ]
        var members = heading + [("focus", .object(focus))]
        switch self {
        case .parsed, .kernels: return nil
        case .graph: members.append(("graph", graph.json(belongs)))
        case .program(let program): members += program.members(belongs)
        case .planned(let listing, _):
            members += listing.plan.program.members(belongs)
            members.append(("plan", listing.json(belongs)))
        }
        return JSON.object(members).pretty(depth: 3) + "\n"
    }

    private var heading: [(key: String, value: JSON)] {
        [("schema", .string("unetc-dump")), ("version", .integer(Self.schemaVersion)), ("stage", .string(stage))]
    }
}

extension Program {
    fileprivate func members(_ belongs: (NodeID) -> Bool) -> [(key: String, value: JSON)] {
        let layouts = graph.ids.map { JSON.string(layout(of: $0).description) }
        return [
            ("graph", graph.json(belongs)),
            ("program", .object([("steps", .array(steps.filter(belongs).map(json))), ("layouts", .array(layouts))])),
        ]
    }

    private func json(_ id: NodeID) -> JSON {
        let step = self[id]
        return .object([
            ("node", .integer(id.index)), ("phase", .string(step.phase.rawValue)),
            ("algorithm", step.choice.map { .string($0.algorithm.name) } ?? .null),
            ("reason", step.choice.map { .string($0.reason.rawValue) } ?? .null),
            ("scratch_bytes", .integer(step.scratchBytes)), ("prepared_bytes", .integer(step.preparedBytes)),
            ("workspace_bytes", .integer(step.workspaceBytes)),
            ("predicted_ms", step.milliseconds.map(JSON.number) ?? .null),
            ("tasks", .array(step.kernels.map { .integer($0.tasks) })),
            ("groups", .array(step.groups.map(JSON.integer))),
        ])
    }
}

extension PlanListing {
    /// With the buffers of the nodes for which `belongs` holds, and what they run.
    fileprivate func json(_ belongs: (NodeID) -> Bool) -> JSON {
        let rows = PlanRows(self)
        let buffers = plan.buffers.indices.filter { index in
            belongs(plan.buffers[index].root) || plan.buffers[index].values.contains(where: belongs)
        }
        return .object([
            ("name", .string(name)), ("batch", .integer(plan.batchCapacity)),
            ("strategy", .string(plan.report.strategy.rawValue)), ("alignment", .integer(plan.alignment)),
            ("arena_bytes", .integer(plan.arenaBytes)), ("lower_bound_bytes", .integer(plan.report.lowerBoundBytes)),
            ("parameter_bytes", .integer(plan.parameterBytes)), ("prepared_bytes", .integer(plan.preparedBytes)),
            ("prepared_largest_bytes", .integer(plan.largestPreparedBytes)),
            ("derived_bytes", .integer(plan.derivedBytes)),
            ("buffers", .array(buffers.map { jsonBuffer($0, rows) })),
            (
                "runs",
                .array(
                    runs.enumerated().filter { belongs($0.element.node) }.map { step, run in
                        .object([
                            ("step", .integer(step)), ("node", .integer(run.node.index)),
                            ("algorithm", run.algorithm.map(JSON.string) ?? .null),
                            ("workspace_bytes", .integer(run.workspaceBytes)),
                        ])
                    })
            ),
        ])
    }

    private func jsonBuffer(_ index: Int, _ rows: PlanRows) -> JSON {
        let buffer = plan.buffers[index]
        let steps = rows.rows(of: buffer)
        return .object([
            ("region", .string(buffer.region.rawValue)), ("offset", .integer(buffer.offset)),
            ("bytes", .integer(buffer.bytes)), ("use", .string(plan.use(ofBuffer: index).rawValue)),
            ("of", .integer(buffer.root.index)), ("first_step", .integer(steps.lowerBound)),
            ("last_step", .integer(steps.upperBound)),
            (
                "values",
                .array(
                    buffer.values.map { id in
                        .object([
                            ("node", .integer(id.index)),
                            ("start", .integer(plan.locations[id.index]?.elementOffset ?? 0)),
                            ("stride", .integer(plan.locations[id.index]?.sampleStride ?? 0)),
                        ])
                    })
            ),
        ])
    }
}

extension JSON {
    fileprivate init(_ outline: SyntaxOutline) {
        self = .object([
            ("label", .string(outline.label)), ("children", .array(outline.children.map(JSON.init))),
        ])
    }
}
