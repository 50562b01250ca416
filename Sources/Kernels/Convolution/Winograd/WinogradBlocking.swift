import Base
import GraphIR

/// How Winograd's convolution is cut into tasks.
///
/// A task transforms the input of some strips of tiles, multiplies them with all panels (or a share of them) and transforms the
/// results back, so that what lies between stays in its core's cache. Where a sample has fewer tiles than a task wants,
/// tasks span samples and share out the panels instead.
struct WinogradBlocking {
    let block: RegisterBlock
    /// Strips of a task at most, and their tiles rounded up to whole register blocks.
    let strips: Int
    let paddedTiles: Int
    /// Tasks of one sample; 0 when a task spans several.
    let tasksPerSample: Int
    /// Samples that a task spans, and how many tasks share out the panels.
    let samples: Int
    let shares: Int
    let sampleBlocks: Int
    let panels: Int
    let panelsPerShare: Int

    init(_ request: KernelRequest, _ shape: WinogradShape) {
        let (target, batchCapacity) = (request.target, request.batchCapacity)
        let widest = RegisterBlock(target: target, columns: shape.outputs)
        panels = shape.outputs / widest.columns
        let wanted = max(1, Self.wantedTiles(shape, widest, target, request.factors) / shape.stripTiles)
        if shape.stripsPerSample >= wanted {
            tasksPerSample = ceilingDivide(shape.stripsPerSample, wanted)
            strips = ceilingDivide(shape.stripsPerSample, tasksPerSample)
            (samples, shares, sampleBlocks, panelsPerShare) = (1, 1, 0, panels)
        } else {
            tasksPerSample = 0
            samples = min(batchCapacity, max(1, wanted / shape.stripsPerSample))
            strips = samples * shape.stripsPerSample
            sampleBlocks = ceilingDivide(batchCapacity, samples)
            let share = ceilingDivide(panels, max(1, min(panels, ceilingDivide(8, sampleBlocks))))
            panelsPerShare = share
            shares = ceilingDivide(panels, share)
        }
        block = widest.fitted(to: strips * shape.stripTiles)
        paddedTiles = ceilingDivide(strips * shape.stripTiles, block.rows) * block.rows
    }

    /// Enough tiles to reuse each panel while it is near, few enough that their transforms stay in the second-level
    /// cache; more where the weights do not fit into any cache and have to be fetched anew for every task.
    private static func wantedTiles(
        _ shape: WinogradShape, _ block: RegisterBlock, _ target: Target, _ factors: ElementType
    ) -> Int {
        let perTile = shape.products * (factors.bytes * shape.channels + ElementType.float32.bytes * block.columns)
        let fitting = target.l2Bytes * 3 / 4 / perTile
        let weights = factors.bytes * shape.products * shape.channels * shape.outputs
        let least = weights > 8 << 20 ? 48 : 24
        return max(least, fitting) / block.rows * block.rows
    }
}

/// The distance between planes of at least `floats` floats that are written side by side: an odd number of cache lines,
/// so that the same place of all planes does not fall into one set of the cache, which would evict them in turn.
func spreadOverCacheSets(_ floats: Int) -> Int {
    let line = 16
    let lines = ceilingDivide(floats, line)
    return (lines % 2 == 0 ? lines + 1 : lines) * line
}
