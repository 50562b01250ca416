import Base
import GraphIR

/// How Winograd's convolution is cut into tasks where the transform of the input is a stage of its own: groups of strips,
/// counted over all samples, by panels of outputs. A panel's products of a group stay in the second-level cache.
struct StagedBlocking {
    let block: RegisterBlock
    /// Whether a task transforms its panel's weights as it needs them.
    let isStreamed: Bool
    /// Strips of a group, their tiles, and that number rounded up to whole register blocks.
    let strips: Int
    let tiles: Int
    let paddedTiles: Int
    let groups: Int
    let panels: Int
    /// Channels that are multiplied at a time: all, or those whose weights are transformed at a time.
    let channels: Int
    /// As `WinogradBlocking.effort`.
    let effort: Double

    /// All cuts that are worth a thought and whose products fit into the cache, those with the fewest groups first.
    static func cuts(
        _ shape: WinogradShape, target: Target, batchCapacity: Int, isStreamed: Bool, isInference: Bool
    ) -> [Self] {
        let strips = batchCapacity * shape.stripsPerSample
        return RegisterBlock.all(target: target, columns: shape.outputs).flatMap { block -> [Self] in
            let perStrip = ElementType.float32.bytes * shape.products * shape.stripTiles * block.columns
            let most = target.l2Bytes * 5 / 8 / perStrip
            guard most > 0 else { return [] }
            let fewest = ceilingDivide(strips, most)
            let finest = min(max(fewest, strips * shape.stripTiles / leastTiles), fewest + mostGroups)
            return (fewest...finest).filter { roundsUp(strips, to: $0) }.map {
                Self(shape, target, block, groups: $0, of: strips, isStreamed: isStreamed, isInference: isInference)
            }
        }
    }

    private init(
        _ shape: WinogradShape, _ target: Target, _ full: RegisterBlock, groups: Int, of allStrips: Int,
        isStreamed: Bool,
        isInference: Bool
    ) {
        self.isStreamed = isStreamed
        self.groups = groups
        strips = ceilingDivide(allStrips, groups)
        tiles = strips * shape.stripTiles
        block = full.fitted(to: tiles)
        paddedTiles = ceilingDivide(tiles, block.rows) * block.rows
        panels = shape.outputs / block.columns
        channels = isStreamed ? Self.channels(shape, block, paddedTiles, target) : shape.channels
        // Each panel fetches the transformed inputs.
        let ofGroup = WinogradEffort.products(block, tiles: tiles) * (1 + 0.1 / Double(block.vectors))
        let weights =
            isStreamed
            ? WinogradEffort.streamedWeights * Double(groups)
            : WinogradEffort.preparedWeights(shape, blocks: groups, isInference: isInference)
        let perTile = WinogradEffort.inputTransform + WinogradEffort.inputTraffic(shape, tiles: groups * tiles)
        let transforms = Double(groups * tiles) * perTile / Double(shape.outputs)
        effort = (ofGroup * Double(groups) + transforms + weights) / TaskCuts.balance(panels * groups)
    }

    /// Tiles of a group at least, where there are as many, and groups beyond the fewest at most.
    private static let leastTiles = 16
    private static let mostGroups = 64

    /// As many channels as leave room for the products: a divisor of all, a multiple of the vector width.
    private static func channels(_ shape: WinogradShape, _ block: RegisterBlock, _ tiles: Int, _ target: Target) -> Int
    {
        let width = target.vectorWidth
        let room = target.l2Bytes * 7 / 8 - ElementType.float32.bytes * shape.products * tiles * block.columns
        let fitting = max(width, room / (shape.factors.bytes * shape.products * block.columns))
        return stride(from: min(64, fitting) / width * width, to: width, by: -width)
            .first { shape.channels % $0 == 0 } ?? width
    }
}
