import Base
import GraphIR
import KernelIR

/// A 3 × 3 convolution of stride 1 as Winograd's algorithm sees it: a forward one, or a data gradient, which is the
/// convolution of the gradient with the transposed, rotated weights.
struct WinogradShape {
    let channels: Int
    let input: Extent
    let outputs: Int
    let output: Extent
    /// Rows above and columns to the left of the input that count as zeros.
    let top: Int
    let left: Int
    /// Outputs of a tile along one axis.
    let tile: Int
    /// True for the data gradient: the weights are read with both axes of channels and of taps reversed.
    let isGradient: Bool
    /// What is multiplied.
    var factors = ElementType.float32

    init(forward g: ConvGeometry, tile: Int) {
        channels = g.inputChannels
        input = g.input
        outputs = g.outputChannels
        output = g.output
        top = g.padding.top
        left = g.padding.left
        self.tile = tile
        isGradient = false
    }

    init(dataGradient g: ConvGeometry, tile: Int) {
        channels = g.outputChannels
        input = g.output
        outputs = g.inputChannels
        output = g.input
        top = 2 - g.padding.top
        left = 2 - g.padding.left
        self.tile = tile
        isGradient = true
    }

    /// Words of a position's channels, as they are multiplied: of bf16 each has two neighbouring ones.
    var words: Int { channels / factors.perWord }

    /// Products of a tile along one axis, and in all.
    var points: Int { tile + 2 }
    var products: Int { points * points }
    var tileRows: Int { ceilingDivide(output.height, tile) }
    var tileColumns: Int { ceilingDivide(output.width, tile) }

    /// Tiles side by side that are transformed together; strips of one row of tiles, and of a sample. The last strip of
    /// a row may reach over the map's edge.
    var stripTiles: Int { ceilingDivide(tileColumns, ceilingDivide(tileColumns, 8)) }
    var stripsPerRow: Int { ceilingDivide(tileColumns, stripTiles) }
    var stripsPerSample: Int { tileRows * stripsPerRow }

    /// A loop over strips, counted over all samples, that binds `slot`, the strip's first tile counted from the first
    /// strip on, the sample `n`, and the strip's first output row `y` and column `x`.
    func eachStrip(from first: Index, count: Index, _ body: [Statement]) -> [Statement] {
        let (strip, inSample): (Index, Index) = (.variable("strip"), .variable("inSample"))
        let bindings: [Statement] = [
            .letIndex("n", (first + strip) / Index(stripsPerSample)),
            .letIndex("inSample", (first + strip) % Index(stripsPerSample)),
            .letIndex("y", inSample / Index(stripsPerRow) * Index(tile)),
            .letIndex("x", inSample % Index(stripsPerRow) * Index(stripTiles * tile)),
            .letIndex("slot", strip * Index(stripTiles)),
        ]
        return [.loop("strip", from: 0, to: count, step: 1, bindings + body)]
    }

    /// Floats of the workspace for a half-transformed strip of the input, which is longer than one of the result.
    func stripExtent(_ width: Int) -> Int { points * (tile * (stripTiles - 1) + points) * width }

    /// The statements, where the last tiles may reach over the edge only if a place of the result, or of a map made of it
    /// of the given extent, lies inside.
    func whereInside(_ extent: Extent, row: Index, column: Index, _ statements: [Statement]) -> [Statement] {
        var tests: [Condition] = []
        if output.height % tile != 0 { tests.append(.less(row, Index(extent.height))) }
        if output.width % (tile * stripTiles) != 0 { tests.append(.less(column, Index(extent.width))) }
        guard let first = tests.first else { return statements }
        return [.conditional(tests.dropFirst().reduce(first) { .and($0, $1) }, statements, otherwise: [])]
    }

    var matrices: WinogradMatrices { WinogradMatrices(outputs: tile, taps: 3) }
}
