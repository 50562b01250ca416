import GraphIR
import Kernels
import MemoryPlanning
import Passes
import Programs

/// How large a tile is where nobody says so.
private enum TileLimits {
    /// Below this a smaller tile would save less than its edges and its beginning cost.
    static let leastSide = 128
    /// Computing more than this many times the pixels that are kept is a reason for a larger tile. Not for the largest one:
    /// a picture's last tiles are as large as the others, however little of it is left, and so is one tile of a small
    /// picture.
    static let overhead = 1.6
    /// Activations of a tile, at most.
    static let arenaBytes = 1 << 30
    static let sides = [256, 320, 384, 448, 512, 640, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048]
}

/// The size of a tile and how its convolutions are computed.
struct TileChoice {
    /// Of the input.
    var size: Extent
    /// By operator: equal ones are computed alike.
    var choices: [Op: AlgorithmChoice]
    /// Input pixels that a tile advances by, in the middle of a picture.
    var step: Extent
    /// What the cost model says of a tile, in milliseconds on one core, for each pixel that it advances by.
    var millisecondsPerPixel: Double

    /// How many times as many pixels are computed as are kept.
    var overhead: Double { Double(size.area) / Double(step.area) }
}

extension TileChoice {
    /// The tile of the plan `tile` of a graph: of the size asked for, or the smallest whose edges do not cost much.
    /// - Throws: `SpatialError` for a graph that cannot be cut into tiles, and a size that leaves nothing of a tile; what the
    ///   passes throw.
    static func chosen(for graph: Graph, _ options: CompileOptions) throws -> TileChoice {
        let inference = inferenceGraph(graph)
        guard let own = inference.inputExtent else { throw SpatialError("the graph has no input") }
        let step = try inference.sizeStep()
        guard let wanted = options.tileSize else { return try chosen(for: graph, options, own, step) }
        let size = own.fitted(to: wanted, step: step)
        if let choice = try best(of: size, for: graph, options) { return choice }
        throw SpatialError(
            "a tile of \(size.height) x \(size.width) pixels is too small: its edges leave nothing that is exact "
                + "and lies \(step.height) x \(step.width) pixels or more before the next tile\n"
                + "  hint: a larger --tile, or --tile auto")
    }

    /// A tile of a part of the height and width of another one, for smaller pictures.
    /// - Throws: `SpatialError` where there is none that is of use; what the passes throw.
    static func chosen(
        for graph: Graph, _ options: CompileOptions, part: Int, of whole: TileChoice?
    ) throws -> TileChoice {
        let inference = inferenceGraph(graph)
        guard let whole, let own = inference.inputExtent else { throw SpatialError("the graph has no input") }
        let size = own.fitted(
            to: Extent(whole.size.height / part, whole.size.width / part), step: try inference.sizeStep())
        // Rounding up may make it no smaller than the next larger one.
        guard min(size.height, size.width) >= TileLimits.leastSide, size.area * part < whole.size.area,
            let choice = try best(of: size, for: graph, options)
        else { throw SpatialError("a tile of \(size.height) x \(size.width) pixels is too small") }
        return choice
    }

    private static func chosen(
        for graph: Graph, _ options: CompileOptions, _ own: Extent, _ step: Extent
    ) throws -> TileChoice {
        let program = try runPipeline(graph, for: .tile, fuses: options.fuses).program
        let bytes = memoryLowerBound(program, options: PlanningOptions(strategy: .greedy, batchCapacity: 1))
        let bytesPerPixel = Double(bytes) / Double(own.area)
        var best: TileChoice?
        for side in TileLimits.sides {
            let size = own.fitted(to: Extent(side), step: step)
            if best != nil, bytesPerPixel * Double(size.area) > Double(TileLimits.arenaBytes) { break }
            guard let choice = try Self.best(of: size, for: graph, options) else { continue }
            best = choice
            if choice.overhead <= TileLimits.overhead { break }
        }
        guard let best else {
            throw SpatialError(
                "the edges of a tile leave nothing that is exact, whatever its size up to "
                    + "\(TileLimits.sides.last ?? 0) pixels; the receptive field is too large")
        }
        return best
    }

    private static func best(of size: Extent, for graph: Graph, _ options: CompileOptions) throws -> TileChoice? {
        let fused = try runPipeline(graph, for: .tile, inputSize: size, fuses: options.fuses).fused
        return try TileSearch(fused, size: size, options).best()
    }
}

extension Extent {
    /// The smallest size of at least the wanted one that differs from this one by a multiple of `step`.
    fileprivate func fitted(to wanted: Extent, step: Extent) -> Extent {
        let up = { (own: Int, wanted: Int, step: Int) -> Int in
            let distance = wanted - own
            let steps = distance > 0 ? (distance + step - 1) / step : -(-distance / step)
            return own + steps * step
        }
        return Extent(up(height, wanted.height, step.height), up(width, wanted.width, step.width))
    }
}
