import GraphIR

/// How a direct convolution is cut: into register blocks of pixels by vectors of output channels, and into tasks.
struct DirectBlocking {
    /// Pixels of a row by vectors of output channels.
    let block: RegisterBlock
    let panels: Int
    /// Rows of a task, counted in each phase, and tasks that share a sample's rows.
    let rows: Int
    let rowBlocks: Int
    /// Tasks that share out the panels of the same rows, and panels of one.
    let shares: Int
    let panelsPerShare: Int

    init(_ shape: GatherShape, target: Target, batchCapacity: Int) {
        block = Self.block(pixels: shape.columns.count, outputs: shape.outputs, target: target)
        panels = shape.outputs / block.columns
        // Of the second-level cache, a half for the rows and a half for the weights.
        let rowBytes = 4 * shape.channels * shape.columns.span(shape.columns.count)
        let fitting = max(1, (target.l2Bytes / 2 / rowBytes - shape.rows.reach.count) / shape.rows.step + 1)
        let wanted = min(fitting, max(1, 1024 / (shape.columns.count * shape.columns.period)))
        rowBlocks = ceilingDivide(shape.rows.count, min(wanted, shape.rows.count))
        rows = ceilingDivide(shape.rows.count, rowBlocks)
        panelsPerShare = ceilingDivide(panels, min(panels, ceilingDivide(8, rowBlocks * batchCapacity)))
        shares = ceilingDivide(panels, panelsPerShare)
    }

    /// The block for which a row of pixels takes the least time. A multiplication step of `p` pixels by `v` vectors
    /// issues `p · v` multiplications and `p + v` loads, two each a cycle, and lasts as long as an addition needs to
    /// come back. Vectors of weights count twice among the loads, since they come from further away.
    private static func block(pixels: Int, outputs: Int, target: Target) -> RegisterBlock {
        let candidates = [1, 2, 4].map { RegisterBlock(target: target, columns: $0 * target.vectorWidth) }
            .filter { outputs % $0.columns == 0 }
        let fitted = candidates.map { block in
            RegisterBlock(block, rows: ceilingDivide(pixels, ceilingDivide(pixels, block.rows)))
        }
        return fitted.min { cycles($0, pixels) < cycles($1, pixels) } ?? RegisterBlock(target: target, columns: outputs)
    }

    /// The share of the multipliers' rate that a row of pixels reaches.
    static func efficiency(_ block: RegisterBlock, pixels: Int) -> Double { Double(pixels) / cycles(block, pixels) }

    /// Half cycles of a row for each vector of outputs and unit of the reduction.
    private static func cycles(_ block: RegisterBlock, _ pixels: Int) -> Double {
        let latency = 5
        let cycles = stride(from: 0, to: pixels, by: block.rows).reduce(0) { sum, first in
            let rows = min(block.rows, pixels - first)
            return sum + max(rows * block.vectors, rows + 2 * block.vectors, 2 * latency)
        }
        return Double(cycles) / Double(block.vectors)
    }
}
