import Base
import Diagnostics
import Emission
import GraphDSL
import GraphIR
import Inspection
import MemoryPlanning
import Passes
import Strategy

extension Compilation {
    /// What the compiler makes of the graph at one stage of a plan.
    /// - Throws: `DriverError` for graphs that the plan cannot be made of.
    public func dump(_ stage: DumpStage, of kind: PlanKind) throws -> StageDump {
        switch stage {
        case .parsed: return try Session.parsed(path: session.path)
        case .graph: return .graph(graph, stage: stage.rawValue)
        case .backward: return .graph(try stages(kind).backward, stage: stage.rawValue)
        case .fused: return .graph(try stages(kind).fused, stage: stage.rawValue)
        case .program: return .program(try program(kind))
        case .planned:
            let lowered = try lowered(kind)
            return .planned(PlanListing(lowered), lowered: lowered)
        case .kernels:
            let lowered = try lowered(kind)
            return .kernels(lowered, files: model(of: [lowered]).files.filter { $0.path.hasPrefix("kernels/") })
        }
    }
}

extension Session {
    /// What the compiler makes of the graph at one stage of a plan.
    /// - Throws: `DriverError` for graphs that the plan cannot be made of.
    public func dump(_ stage: DumpStage, of kind: PlanKind, _ options: CompileOptions) throws -> StageDump {
        try Compilation(self, options).dump(stage, of: kind)
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
