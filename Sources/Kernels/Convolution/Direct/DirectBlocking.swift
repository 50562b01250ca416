import Base
import GraphIR

/// How a direct convolution is cut: into register blocks of pixels by vectors of output channels, and into tasks.
struct DirectBlocking {
    /// Pixels of a row by vectors of output channels.
    let block: RegisterBlock
    /// Whether all taps of a row are multiplied at once, so that a source pixel is fetched once for all result pixels of
    /// the block that it belongs to.
    let unrollsTaps: Bool
    /// Panels of a group of channels.
    let panels: Int
    /// Rows of a task, counted in each phase, and tasks that share a sample's rows.
    let rows: Int
    let rowBlocks: Int
    /// Tasks that share out the panels of the same rows, and panels of one; where there are groups, these in the place of
    /// panels.
    let shares: Int
    let partsPerShare: Int

    init(_ shape: GatherShape, groups: Int, target: Target, batchCapacity: Int, isInference: Bool) {
        (block, unrollsTaps) = Self.block(shape, target, isInference: isInference)
        panels = shape.outputs / block.columns
        // Of the second-level cache, a half for the rows and a half for the weights.
        let rowBytes = ElementType.float32.bytes * shape.channels * shape.columns.span(shape.columns.count)
        let copied = max(1, (target.l2Bytes / 2 / rowBytes - shape.rows.reach.count) / shape.rows.step + 1)
        let fitting = shape.skipsPadding ? shape.rows.count : copied
        let wanted = min(fitting, max(1, 1024 / (shape.columns.count * shape.columns.period)))
        rowBlocks = ceilingDivide(shape.rows.count, min(wanted, shape.rows.count))
        rows = ceilingDivide(shape.rows.count, rowBlocks)
        let parts = groups == 1 ? panels : groups
        partsPerShare = ceilingDivide(parts, TaskCuts.parts(ofEachOf: rowBlocks * batchCapacity, most: parts))
        shares = ceilingDivide(parts, partsPerShare)
    }

    /// The pixels of a row that stands for rows of any length.
    private static let longRow = 840

    /// The block for which a row of pixels takes the least time.
    ///
    /// Taps that are multiplied at once are added in another order. In inference that order must not depend on the width of
    /// the map, since a tile of a picture has to round as the whole of it does: it is chosen for long rows.
    private static func block(
        _ shape: GatherShape, _ target: Target, isInference: Bool
    ) -> (block: RegisterBlock, unrollsTaps: Bool) {
        let pixels = shape.columns.count
        guard isInference else { return fastest(shape, target, pixels: pixels) }
        let (block, unrollsTaps) = fastest(shape, target, pixels: longRow)
        return (RegisterBlock(block, rows: ceilingDivide(pixels, ceilingDivide(pixels, block.rows))), unrollsTaps)
    }

    /// The block for which a row of `pixels` takes the least time; of equals the one with fewer vectors and taps.
    private static func fastest(
        _ shape: GatherShape, _ target: Target, pixels: Int
    ) -> (block: RegisterBlock, unrollsTaps: Bool) {
        let taps = shape.columns.largestTaps
        var best: (block: RegisterBlock, unrollsTaps: Bool)?
        for vectors in [1, 2, 4] where shape.outputs % (vectors * target.vectorWidth) == 0 {
            let full = RegisterBlock(target: target, columns: vectors * target.vectorWidth)
            guard full.vectors == vectors else { continue }
            for unrolled in taps > 1 ? [1, taps] : [1] {
                // A register for each sum, for each vector of weights, and for a pixel.
                let limit = (target.vectorRegisters - 1 - vectors * unrolled) / vectors
                guard limit >= 2 else { continue }
                let rows = ceilingDivide(pixels, ceilingDivide(pixels, unrolled == 1 ? full.rows : limit))
                let block = RegisterBlock(full, rows: rows)
                if let best,
                    cycles(best.block, best.unrollsTaps, shape, pixels)
                        <= cycles(block, unrolled > 1, shape, pixels)
                {
                    continue
                }
                best = (block, unrolled > 1)
            }
        }
        return best ?? (RegisterBlock(target: target, columns: shape.outputs), false)
    }

    /// The share of the multipliers' rate that a row of pixels reaches.
    func efficiency(_ shape: GatherShape) -> Double {
        Double(shape.columns.count) / Self.cycles(block, unrollsTaps, shape, shape.columns.count)
    }

    /// Half cycles of a row for each vector of outputs, tap and channel: multiplications and loads are issued two each a
    /// cycle, and an addition comes back after a while. Vectors of weights count twice among the loads, since they come
    /// from further away.
    private static func cycles(
        _ block: RegisterBlock, _ unrollsTaps: Bool, _ shape: GatherShape, _ pixels: Int
    ) -> Double {
        let latency = 5
        let taps = unrollsTaps ? shape.columns.largestTaps : 1
        let offsetStep = shape.columns.phases.first?.offsetStep ?? 1
        let cycles = { (rows: Int) -> Int in
            guard rows > 0 else { return 0 }
            let fetched = TapBlock(rows: rows, taps: taps, step: shape.columns.step, offsetStep: offsetStep).offsets
            let loads = fetched.count + 2 * block.vectors * taps
            return max(rows * block.vectors * taps, loads, 2 * latency * taps)
        }
        // Whole blocks, and what is left of the row.
        let all = pixels / block.rows * cycles(block.rows) + cycles(pixels % block.rows)
        return Double(all) / Double(block.vectors * taps)
    }
}
