import GraphDSL
import GraphIR
import MemoryPlanning
import Programs

extension StageDump {
    /// The stage as boxes and lines: the syntax tree, or the graph with what is known of each value.
    public var picture: GraphPicture {
        switch self {
        case .parsed(let syntax): GraphPicture(syntax)
        case .graph(let graph, let stage): GraphPicture(graph, stage: stage)
        case .program(let program):
            GraphPicture(program.graph, stage: stage, notes: program.notes.mapValues { [$0] })
        case .planned(let listing, _): GraphPicture(listing, stage: stage)
        case .kernels(let lowered, _): GraphPicture(PlanListing(lowered), stage: stage)
        }
    }

    /// The arena over time, for a plan.
    public var arena: ArenaPicture? {
        if case .planned(let listing, _) = self { ArenaPicture(listing) } else { nil }
    }
}

extension GraphPicture {
    fileprivate init(_ listing: PlanListing, stage: String) {
        let plan = listing.plan
        var notes = plan.program.notes.mapValues { [$0] }
        var algorithms: [NodeID: [String]] = [:]
        for run in listing.runs {
            if let algorithm = run.algorithm { algorithms[run.node, default: []].append(algorithm) }
        }
        let executed = Set(plan.steps)
        for id in plan.program.graph.ids {
            if let location = plan.locations[id.index] {
                let region = plan.buffers[location.buffer].region.rawValue
                notes[id, default: []].append("\(region) + \(plan.byteOffset(of: location))")
            }
            notes[id, default: []] += algorithms[id] ?? []
            let node = plan.program.graph[id]
            if !node.op.isLeaf, node.host == nil, !executed.contains(id) { notes[id, default: []].append("in place") }
        }
        self.init(plan.program.graph, stage: "\(stage), plan \(listing.name)", notes: notes)
    }

    /// A tree of statements and expressions, each below what it is part of.
    fileprivate init(_ syntax: GraphSyntax) {
        self.init(title: "parsed", nodes: [], edges: [])
        for outline in syntax.outline { append(outline, below: nil) }
    }

    private mutating func append(_ outline: SyntaxOutline, below parent: Int?) {
        let index = nodes.count
        nodes.append(
            Node(
                key: "n\(index)", name: outline.label, lines: [], detail: outline.label, phase: .forward,
                isResult: false, isParameter: false, level: 0))
        if let parent { edges.append(Edge(from: parent, to: index, kind: .input)) }
        for child in outline.children { append(child, below: index) }
    }
}

extension Program {
    /// By node, how its value lies in memory, where that is not row-major.
    var notes: [NodeID: String] {
        Dictionary(
            uniqueKeysWithValues: graph.ids.filter { layout(of: $0) != .nchw }
                .map { ($0, layout(of: $0).description) })
    }
}
