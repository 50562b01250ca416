import GraphIR

/// What a plan is for.
public enum PlanKind: String, Hashable, Sendable, CaseIterable {
    /// Forward, backward, and the optimiser's updates.
    case train
    /// Forward only, as after training: outputs.
    case infer
    /// Forward only, as `infer`, for a part of a picture of any size.
    case tile
    /// Forward only, as after training: outputs and the loss.
    case forward
    /// Forward and backward, as in training; the gradients are results, and nothing else changes.
    case gradients
}

/// A graph after one stage of the pipeline.
public struct Stage: Sendable {
    /// The stage's name on the command line: `graph`, `backward`, `fused`, `scheduled`.
    public var name: String
    public var graph: Graph

    public init(_ name: String, _ graph: Graph) {
        self.name = name
        self.graph = graph
    }
}

/// What the passes make of a graph.
public struct PipelineResult: Sendable {
    public var stages: [Stage]
    public var schedule: Schedule
}

/// Turns an elaborated graph into a schedule: differentiate → simplify → fuse → lay out → recompute →
/// schedule.
///
/// - Parameters:
///   - inputs: names of inputs to differentiate with respect to, besides the parameters.
///   - layOut: chooses the values' memory layouts and inserts conversions between them; gives companions whose host
///     has no kernel that makes them a step of their own.
///   - recompute: makes values again where that saves memory; leaves the graph as it is unless asked otherwise.
///   - inputSize: of the input in the plan `tile`; nil leaves it.
///   - fuses: false leaves every operator on its own (a bisection tool).
/// - Throws: what differentiation throws, or the verifier's violations, which are our own bugs.
public func runPipeline(
    _ graph: Graph, for kind: PlanKind, withRespectTo inputs: [String] = [], inputSize: Extent? = nil,
    fuses: Bool = true,
    layOut: (Graph) -> (graph: Graph, layouts: [Layout]?) = { ($0, nil) },
    recompute: (Graph, [Layout]?) throws -> (graph: Graph, layouts: [Layout]?) = { ($0, $1) }
) throws -> PipelineResult {
    var stages = [Stage("graph", graph)]
    func enter(_ name: String, _ graph: Graph) throws -> Graph {
        try requireWellFormed(graph, after: name)
        stages.append(Stage(name, graph))
        return graph
    }
    var current = graph
    switch kind {
    case .infer: current = try enter("backward", inferenceGraph(graph))
    case .tile:
        let evaluated = inferenceGraph(graph)
        current = try enter("backward", try inputSize.map { try resizeInput(evaluated, to: $0) } ?? evaluated)
    case .forward: current = try enter("backward", evaluationGraph(graph))
    case .gradients: current = try enter("backward", differentiate(withoutEffects(graph), withRespectTo: inputs))
    case .train: current = try enter("backward", appendUpdates(differentiate(graph, withRespectTo: inputs)))
    }
    current = removeDeadNodes(simplify(current))
    current = try enter("fused", fuses ? fuseCompanions(fuseElementwise(current)) : current)
    let laidOut = layOut(current)
    try requireWellFormed(laidOut.graph, after: "layouts")
    let recomputed = try recompute(laidOut.graph, laidOut.layouts)
    try requireWellFormed(recomputed.graph, after: "recomputation")
    let schedule = scheduleSteps(recomputed.graph, layouts: recomputed.layouts)
    stages.append(Stage("scheduled", schedule.graph))
    return PipelineResult(stages: stages, schedule: schedule)
}
