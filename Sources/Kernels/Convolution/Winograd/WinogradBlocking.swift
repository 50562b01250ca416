import Base
import GraphIR

/// How Winograd's convolution is cut into tasks.
///
/// A task transforms the input of some strips of tiles, multiplies them with all panels (or a share of them) and transforms the
/// results back, so that what lies between stays in its core's cache. Strips are those of one sample, or all of several.
struct WinogradBlocking {
    let block: RegisterBlock
    /// Strips of a task at most, and their tiles rounded up to whole register blocks.
    let strips: Int
    let paddedTiles: Int
    /// Blocks of strips of one sample; 0 when a block spans several.
    let blocksPerSample: Int
    /// Samples that a block spans, and such blocks; 1 and 0 when it spans none.
    let samples: Int
    let sampleBlocks: Int
    /// Tasks of the same strips, which share out the panels, and panels of one.
    let shares: Int
    let panels: Int
    let panelsPerShare: Int
    /// What it costs (`WinogradEffort`), divided by the share of many cores that its tasks keep busy.
    let effort: Double

    /// All cuts that are worth a thought, those with the fewest tasks first.
    static func cuts(_ shape: WinogradShape, target: Target, batchCapacity: Int, isInference: Bool) -> [Self] {
        let perSample = shape.stripsPerSample
        return RegisterBlock.all(target: target, columns: shape.outputs).flatMap { block -> [Self] in
            let most = max(1, mostTiles(shape, block, target) / shape.stripTiles)
            let fewest = ceilingDivide(perSample, most)
            let finest = max(fewest, perSample * shape.stripTiles / leastTiles)
            let several = (1...max(1, min(batchCapacity, most / perSample))).reversed().map { (blocks: 0, samples: $0) }
            let parts = (fewest...finest).filter { roundsUp(perSample, to: $0) }.map { (blocks: $0, samples: 1) }
            let panels = shape.outputs / block.columns
            let shares = (1...panels).filter { roundsUp(panels, to: $0) }
            return ((perSample <= most ? several : []) + parts).flatMap { cut in
                shares.map { shares in
                    Self(
                        shape, block, batchCapacity, isInference, blocksPerSample: cut.blocks, samples: cut.samples,
                        panelsPerShare: ceilingDivide(panels, shares))
                }
            }
        }
    }

    private init(
        _ shape: WinogradShape, _ full: RegisterBlock, _ batchCapacity: Int, _ isInference: Bool, blocksPerSample: Int,
        samples: Int, panelsPerShare: Int
    ) {
        panels = shape.outputs / full.columns
        self.panelsPerShare = panelsPerShare
        self.blocksPerSample = blocksPerSample
        self.samples = samples
        shares = ceilingDivide(panels, panelsPerShare)
        let isPart = blocksPerSample > 0
        strips = isPart ? ceilingDivide(shape.stripsPerSample, blocksPerSample) : samples * shape.stripsPerSample
        sampleBlocks = isPart ? 0 : ceilingDivide(batchCapacity, samples)
        let tiles = strips * shape.stripTiles
        block = full.fitted(to: tiles)
        paddedTiles = ceilingDivide(tiles, block.rows) * block.rows
        let blocks = isPart ? blocksPerSample * batchCapacity : sampleBlocks
        let transforms = Double(tiles * shares) * WinogradEffort.inputTransform / Double(shape.outputs)
        let ofBlock = WinogradEffort.products(block, tiles: tiles) + transforms
        let weights = WinogradEffort.preparedWeights(shape, blocks: blocks, isInference: isInference)
        effort = (Double(blocks) * ofBlock + weights) / TaskCuts.balance(blocks * shares)
    }

    /// Tiles that a task has at least, where a sample has as many: with fewer, panels are fetched more often than they are
    /// worth.
    private static let leastTiles = 8

    /// Few enough tiles that their transforms stay in the second-level cache; more where the weights do not fit into any
    /// cache and have to be fetched anew for every task.
    private static func mostTiles(_ shape: WinogradShape, _ block: RegisterBlock, _ target: Target) -> Int {
        let perTile = ElementType.float32.bytes * shape.products * (shape.words + block.columns)
        let fitting = target.l2Bytes * 3 / 4 / perTile
        return max(WinogradEffort.areWeightsLarge(shape) ? 48 : 24, fitting)
    }
}

/// The distance between planes of at least `floats` floats that are written side by side: an odd number of cache lines,
/// so that the same place of all planes does not fall into one set of the cache, which would evict them in turn.
func spreadOverCacheSets(_ floats: Int) -> Int {
    let line = 16
    let lines = ceilingDivide(floats, line)
    return (lines % 2 == 0 ? lines + 1 : lines) * line
}
