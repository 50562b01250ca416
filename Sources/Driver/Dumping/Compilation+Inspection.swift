import FileAccess
import Inspection
import MemoryPlanning
import Passes
import Strategy

extension Compilation {
    /// All stages of a plan, with its kernels, for a page to look at.
    /// - Throws: `DriverError` for graphs that the plan cannot be made of.
    public func inspection(of kind: PlanKind, profile: StepProfile? = nil) throws -> InspectionPage {
        let stages = try stages(kind)
        let lowered = try lowered(kind)
        return InspectionPage(
            sourceName: fileName, sourceText: session.text,
            stages: GraphStages.Stage.allCases.map { .graph(stages[$0], stage: $0.rawValue) }
                + [.program(try program(kind)), .planned(PlanListing(lowered), lowered: lowered)],
            lowered: lowered, kernels: model(of: [lowered]).kernels.first ?? [],
            target: options.target.name, language: options.backend.rawValue, compiler: compilerVersion,
            profile: profile)
    }
}

extension InspectionPage {
    /// Writes the page, as a whole or not at all.
    /// - Throws: `DriverError` that names the file.
    public func write(to path: String) throws { try FileWriter.write(path, text: html) }
}
