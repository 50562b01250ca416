import Base
import GraphIR

/// How a direct weight gradient is cut into parts, pieces and register blocks.
struct DirectWeightBlocking {
    let g: ConvGeometry
    /// Input and output channels of a part, and parts along the outputs.
    let channels: Int
    let outputs: Int
    let outputParts: Int
    /// A row of the block is a channel and a tap: `lanes` neighbouring channels of `taps` neighbouring taps.
    let block: RegisterBlock
    let lanes: Int
    let taps: Int
    /// Output rows that are added at a time, and such pieces of a sample.
    let rows: Int
    let pieces: Int

    var parts: Int { g.inputChannels / channels * outputParts }
    var panels: Int { outputs / block.columns }
    var tapGroups: Int { g.kernel.width / taps }
    var laneGroups: Int { block.width / lanes }

    init(_ g: ConvGeometry, target: Target) {
        self.g = g
        let width = target.vectorWidth
        // A part's sums should leave room in the second-level cache for what is added to them.
        let limit = target.l2Bytes / ElementType.float32.bytes / 4 / g.kernel.area
        outputs = Self.part(of: g.outputChannels, width, limit: limit / width)
        channels = Self.part(of: g.inputChannels, width, limit: limit / outputs)
        outputParts = g.outputChannels / outputs
        let full = RegisterBlock(target: target, columns: outputs % (2 * width) == 0 ? 2 * width : width)
        (lanes, taps) = Self.rows(full.rows, lanes: width, taps: g.kernel.width)
        block = RegisterBlock(full, rows: lanes * taps)
        rows = rowsPerBlock(rows: g.output.height, rowLength: g.output.width, preferred: 512)
        pieces = ceilingDivide(g.output.height, rows)
    }

    /// The largest divisor of the channels that is a whole number of vectors and at most 64, or what the limit leaves.
    private static func part(of channels: Int, _ width: Int, limit: Int) -> Int {
        stride(from: min(64, channels, limit) / width * width, to: width, by: -width).first { channels % $0 == 0 }
            ?? width
    }

    /// The most channels and taps, in equal shares of each, whose sums fit `limit` rows.
    private static func rows(_ limit: Int, lanes: Int, taps: Int) -> (lanes: Int, taps: Int) {
        var best = (lanes: 1, taps: 1)
        for tapShare in 1...taps where taps % tapShare == 0 {
            for laneShare in 1...lanes where lanes % laneShare == 0 && laneShare * tapShare <= limit {
                if laneShare * tapShare > best.lanes * best.taps { best = (laneShare, tapShare) }
            }
        }
        return best
    }

    /// The copy of the input rows that a piece is made of.
    func strip(start: Int) -> PaddedStrip {
        let shape = GatherShape(forward: g)
        return PaddedStrip(
            map: g.input, width: block.width, columns: shape.columns.span(g.output.width), rows: shape.rows.span(rows),
            firstColumn: -g.padding.left, start: start)
    }
}
