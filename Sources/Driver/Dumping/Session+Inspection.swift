import FileAccess
import Inspection
import MemoryPlanning
import Passes

extension Session {
    /// All stages of a plan, with its kernels, for a page to look at.
    /// - Throws: `DriverError` for graphs that the plan cannot be made of.
    public func inspection(
        of kind: PlanKind, _ options: CompileOptions, profile: StepProfile? = nil
    ) throws -> InspectionPage {
        let tile = kind == .tile ? try chooseTile(options) : nil
        let result = try pipeline(kind, options, tile: tile)
        let lowered = try lowered(result.schedule, kind, options, tile: tile)
        let graphs = result.stages.filter { $0.name != "scheduled" }
        return InspectionPage(
            sourceName: Files.name(of: path), sourceText: text,
            stages: graphs.map { .graph($0.graph, stage: $0.name) }
                + [.scheduled(result.schedule), .planned(PlanListing(lowered), lowered: lowered)],
            lowered: lowered, kernels: model(of: [lowered], options).kernels.first ?? [],
            target: options.target.name, language: options.backend.rawValue, compiler: compilerVersion,
            profile: profile)
    }
}

extension InspectionPage {
    /// Writes the page, as a whole or not at all.
    /// - Throws: `DriverError` that names the file.
    public func write(to path: String) throws { try FileWriter.write(path, text: html) }
}
