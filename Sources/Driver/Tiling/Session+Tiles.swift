import Emission
import FileAccess
import GraphIR
import Kernels
import MemoryPlanning
import Passes

/// How large a tile is where nobody says so.
private enum TileLimits {
    /// Computing more than this many times the pixels that are kept is a reason for a larger tile. Not for the largest one:
    /// a picture's last tiles are as large as the others, however little of it is left, and so is one tile of a small
    /// picture.
    static let overhead = 1.6
    /// Activations of a tile, at most.
    static let arenaBytes = 1 << 30
    static let sides = [256, 320, 384, 448, 512, 640, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048]
}

extension Session {
    /// The tile of the plan `tile`: of the size asked for, or the smallest whose edges do not cost much.
    /// - Throws: `DriverError` for a graph that cannot be cut into tiles, and a size that leaves nothing of a tile.
    func chooseTile(_ options: CompileOptions) throws -> TileChoice {
        do {
            let inference = inferenceGraph(graph)
            guard let own = inference.inputExtent else { throw SpatialError("the graph has no input") }
            let step = try inference.sizeStep()
            if let wanted = options.tileSize {
                let size = own.fitted(to: wanted, step: step)
                if let choice = try tile(of: size, options) { return choice }
                throw SpatialError(
                    "a tile of \(size.height) x \(size.width) pixels is too small: its edges leave nothing that is exact "
                        + "and lies \(step.height) x \(step.width) pixels or more before the next tile\n"
                        + "  hint: a larger --tile, or --tile auto")
            }
            return try chosenTile(own, step, options)
        } catch let error as SpatialError {
            throw DriverError(
                "\(Files.name(of: path)): error: the graph cannot be computed tile by tile: \(error)")
        }
    }

    /// What of a tile is exact.
    func exactness(_ graph: Graph, _ tile: TileChoice) throws -> TileExactness {
        do {
            return try TileExactness(graph, convolutions: tile.convolutions)
        } catch {
            throw DriverError("\(Files.name(of: path)): error: the graph cannot be computed tile by tile: \(error)")
        }
    }

    private func chosenTile(
        _ own: Extent, _ step: Extent, _ options: CompileOptions
    ) throws -> TileChoice {
        let schedule = try runPipeline(graph, for: .tile, fuses: options.fuses).schedule
        let memory = planMemory(
            schedule, options: PlanningOptions(strategy: .greedy, batchCapacity: 1))
        let bytesPerPixel = Double(memory.report.lowerBoundBytes) / Double(own.area)
        var best: TileChoice?
        for side in TileLimits.sides {
            let size = own.fitted(to: Extent(side), step: step)
            if best != nil, bytesPerPixel * Double(size.area) > Double(TileLimits.arenaBytes) { break }
            guard let choice = try tile(of: size, options) else { continue }
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

    private func tile(of size: Extent, _ options: CompileOptions) throws -> TileChoice? {
        let stages = try runPipeline(graph, for: .tile, inputSize: size, fuses: options.fuses).stages
        guard let fused = stages.last(where: { $0.name == "fused" })?.graph else { return nil }
        return try TileSearch(fused, size: size, target: options.target, choice: options.convolutions).best()
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
