import Diagnostics
import Emission
import GraphDSL
import GraphIR
import Inspection
import MemoryPlanning
import Passes

extension Session {
    /// What the compiler makes of the graph at one stage of a plan.
    /// - Throws: `DriverError` for graphs that the plan cannot be made of.
    public func dump(_ stage: DumpStage, of kind: PlanKind, _ options: CompileOptions) throws -> StageDump {
        switch stage {
        case .parsed: return try Self.parsed(path: path)
        case .graph: return .graph(graph, stage: stage.rawValue)
        case .backward, .fused:
            guard let found = try pipeline(kind, options).stages.last(where: { $0.name == stage.rawValue }) else {
                throw DriverError("plan \(kind.rawValue) has no stage \(stage.rawValue)", exitCode: 2)
            }
            return .graph(found.graph, stage: stage.rawValue)
        case .scheduled: return .scheduled(try pipeline(kind, options).schedule)
        case .planned:
            let lowered = try lowered(kind, options)
            return .planned(PlanListing(lowered), lowered: lowered)
        case .kernels:
            var options = options
            options.plans = [kind]
            let (model, plans) = try emit(options)
            guard let plan = plans.first else { throw DriverError("no plan has been made", exitCode: 70) }
            return .kernels(plan, files: model.files.filter { $0.path.hasPrefix("kernels/") })
        }
    }

    /// The file as a syntax tree, which needs no more than that the text can be read.
    /// - Throws: `DriverError` as `init` does.
    public static func parsed(path: String) throws -> StageDump {
        let file = try GraphFile.read(path)
        let result = parse(file)
        guard !result.diagnostics.contains(where: { $0.severity == .error }) else {
            throw DriverError(DiagnosticRenderer(file: file).render(result.diagnostics).trimmingNewlines)
        }
        return .parsed(result.syntax)
    }
}
