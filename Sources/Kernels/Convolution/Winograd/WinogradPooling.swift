import GraphIR
import KernelIR

/// The maxima of a Winograd convolution's result over windows of 2 × 2, made while a tile is at hand.
///
/// Two finished elements side by side give a maximum as they are stored; a tile's maxima wait in a small buffer for the
/// row below. The order of comparisons is that of the pooling kernels, so that both give the same bits, even for NaN and
/// zeros of either sign.
struct WinogradPooling {
    let shape: WinogradShape
    let width: Int
    /// The companion.
    private let value: Operand
    /// Where a tile's maxima of pairs are in the workspace: `tile × tile / 2` vectors.
    private let buffer: Int

    /// - Parameter buffer: `floats(shape, width)` floats of the workspace from this one on.
    /// - Returns: nil where the step does not make the maxima.
    init?(_ request: KernelRequest, _ shape: WinogradShape, buffer: Int) {
        let isPool = { (op: Op) in if case .maxPool = op { true } else { false } }
        guard let companion = request.companion(where: isPool) else { return nil }
        self.shape = shape
        self.buffer = buffer
        width = request.target.vectorWidth
        value = companion
    }

    private var half: Int { shape.tile / 2 }
    private var output: Extent { Extent(shape.output.height / 2, shape.output.width / 2) }

    private func place(_ row: Index, _ pair: Int) -> Index {
        Index(buffer) + (row * Index(half) + Index(pair)) * Index(width)
    }

    /// Keeps the larger of the elements in columns `2 · pair` and `2 · pair + 1` of a tile's row.
    func keep(row: Index, pair: Int, _ left: Expression, _ right: Expression) -> Statement {
        .store(.workspace, place(row, pair), .maximum(right, .maximum(left, splat(.constant(-.infinity), width))))
    }

    /// Stores the maxima of tile `window` of the strip for the block of channels from `channel` on, where all pairs of
    /// the tile have been kept.
    func statements(channel: Index, window: Index) -> [Statement] {
        let inSample = Index.variable("inSample")
        let (row, column) = (Index.variable("pooledRow"), Index.variable("pooledColumn"))
        let base = .variable("n") * Index(value.sampleStride) + channel * Index(output.area)
        let stores = (0..<half * half).flatMap { number -> [Statement] in
            let (i, j) = (number / half, number % half)
            let above = Expression.load(.workspace, place(Index(2 * i), j), width: width)
            let below = Expression.load(.workspace, place(Index(2 * i + 1), j), width: width)
            let at = base + ((row + Index(i)) * Index(output.width) + (column + Index(j))) * Index(width)
            return shape.whereInside(
                output, row: row + Index(i), column: column + Index(j),
                [.store(value.buffer, at, .maximum(below, above))])
        }
        return [
            .letIndex("pooledRow", inSample / Index(shape.stripsPerRow) * Index(half)),
            .letIndex(
                "pooledColumn",
                inSample % Index(shape.stripsPerRow) * Index(shape.stripTiles * half) + window * Index(half)
            ),
        ] + stores
    }
}
