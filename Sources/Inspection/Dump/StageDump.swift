import Emission
import GraphDSL
import GraphIR
import MemoryPlanning
import Programs

/// What the compiler has made of a graph at one stage, to be looked at.
public enum StageDump: Sendable {
    /// The text as a tree, before names and shapes mean anything.
    case parsed(GraphSyntax)
    /// The graph behind a pass: `graph`, `backward` or `fused`.
    case graph(Graph, stage: String)
    case program(Program)
    /// - Parameter lowered: the plan with its kernels; nil for a plan that has been read from a dump.
    case planned(PlanListing, lowered: LoweredPlan?)
    /// - Parameter files: the kernels, as C or as Swift.
    case kernels(LoweredPlan, files: [EmittedFile])

    /// The stage's name on the command line.
    public var stage: String {
        switch self {
        case .parsed: "parsed"
        case .graph(_, let stage): stage
        case .program: "program"
        case .planned: "planned"
        case .kernels: "kernels"
        }
    }

    /// The graph, from the stage on at which there is one.
    public var graph: Graph? {
        switch self {
        case .parsed: nil
        case .graph(let graph, _): graph
        case .program, .planned, .kernels: program?.graph
        }
    }

    /// The order of the steps and the values' layouts, from the stage on at which they are known.
    public var program: Program? {
        switch self {
        case .parsed, .graph: nil
        case .program(let program): program
        case .planned(let listing, _): listing.plan.program
        case .kernels(let lowered, _): lowered.plan.program
        }
    }
}
