import GraphIR
import MemoryPlanning

extension StageDump {
    /// Rules that a stage breaks.
    public struct Faults: Hashable, Sendable {
        /// `the graph` or `the plan`.
        public var subject: String
        /// At least one, a line each.
        public var messages: [String]
    }

    /// What is wrong with the stage: nil for all that the compiler makes, and for what has been read and may be shown.
    /// Where the graph is not well formed, the plan is not looked at.
    public var faults: Faults? {
        let problems = graph.map { verify($0).map(\.description) } ?? []
        guard problems.isEmpty else { return Faults(subject: "the graph", messages: problems) }
        guard case .planned(let listing, _) = self else { return nil }
        let violations = verifyPlan(listing.plan, alignment: listing.plan.alignment).map(\.description)
        return violations.isEmpty ? nil : Faults(subject: "the plan", messages: violations)
    }
}
