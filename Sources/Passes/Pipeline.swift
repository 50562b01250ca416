import GraphIR
import Programs

/// What a plan is for.
public enum PlanKind: String, Hashable, Sendable, CaseIterable {
    /// Forward, backward, and the optimiser's updates.
    case train
    /// Forward only, as after training: outputs.
    case infer
    /// Forward only, as `infer`, for a part of a picture of any size.
    case tile
    /// As `tile`, of half the height and width: for pictures that a tile would be too large for.
    case tileHalf = "tile_half"
    /// As `tile`, of a quarter of the height and width.
    case tileQuarter = "tile_quarter"
    /// Forward only, as after training: outputs and the loss.
    case forward
    /// Forward and backward, as in training; the gradients are results, and nothing else changes.
    case gradients

    /// The plans for parts of pictures, the largest first.
    public static let tiles: [PlanKind] = [.tile, .tileHalf, .tileQuarter]

    public var isTile: Bool { Self.tiles.contains(self) }
}

/// What the passes make of a graph, by stages.
public struct GraphStages: Hashable, Sendable {
    /// The stages, in their order.
    public enum Stage: String, Hashable, Sendable, CaseIterable { case graph, backward, fused }

    /// As the user wrote it.
    public var graph: Graph
    /// What the plan computes.
    public var backward: Graph
    /// The same, with fewer operators.
    public var fused: Graph

    public subscript(stage: Stage) -> Graph {
        switch stage {
        case .graph: graph
        case .backward: backward
        case .fused: fused
        }
    }

    /// The fused graph as a program about which nothing has been decided yet: row-major, no algorithms.
    public var program: Program { Program(fused) }
}

/// Turns an elaborated graph into that of a plan: differentiate → simplify → fuse.
///
/// - Parameters:
///   - inputs: names of inputs to differentiate with respect to, besides the parameters.
///   - inputSize: of the input in a plan for tiles; nil leaves it.
///   - fuses: false leaves every operator on its own (a bisection tool).
/// - Throws: what differentiation throws, or the verifier's violations, which are our own bugs.
public func runPipeline(
    _ graph: Graph, for kind: PlanKind, withRespectTo inputs: [String] = [], inputSize: Extent? = nil,
    fuses: Bool = true
) throws -> GraphStages {
    let backward =
        switch kind {
        case .infer: inferenceGraph(graph)
        case .tile, .tileHalf, .tileQuarter:
            try inputSize.map { try resizeInput(inferenceGraph(graph), to: $0) } ?? inferenceGraph(graph)
        case .forward: evaluationGraph(graph)
        case .gradients: try differentiate(withoutEffects(freezeParts(graph)), withRespectTo: inputs)
        case .train: try appendUpdates(differentiate(freezeParts(graph), withRespectTo: inputs))
        }
    try requireWellFormed(backward, after: "backward")
    let simple = removeDeadNodes(simplify(backward))
    let fused = fuses ? fuseCompanions(fuseElementwise(simple)) : simple
    try requireWellFormed(fused, after: "fused")
    return GraphStages(graph: graph, backward: backward, fused: fused)
}
