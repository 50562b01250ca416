import KernelIR

/// Two-dimensional transforms of one tile, a vector of channels at a time: columns first into a small buffer, then rows.
struct TileTransform {
    /// Applied to columns and to rows.
    let matrix: [[Rational]]
    let width: Int
    /// Where the half-transformed tile is kept: the thread's workspace, from this float on.
    let buffer: Buffer.Handle
    let middle: Int

    private var rows: Int { matrix.count }
    private var columns: Int { matrix.first?.count ?? 0 }

    /// Floats of the half-transformed tile.
    var middleExtent: Int { rows * columns * width }

    /// `load(row, column)` gives the tile's elements, `store(row, column, value)` takes those of `M · tile · Mᵀ`.
    func statements(
        load: (Index, Index) -> Expression, store: (Index, Int, Expression) -> [Statement]
    ) -> [Statement] {
        let (i, j) = (Index.variable("i"), Index.variable("j"))
        let transform = LinearTransform(matrix: matrix, width: width)
        let middleAt = { (row: Index, column: Index) in
            Index(middle) + (row * Index(columns) + column) * Index(width)
        }
        let columnInputs = (0..<columns).map { Statement.declare("d\($0)", width: width, load(Index($0), j)) }
        let names = (0..<columns).map { Expression.variable("d\($0)", width: width) }
        let first =
            columnInputs + transform.statements(names, prefix: "t")
            + transform.results(prefix: "t").enumerated().map { row, value in
                .store(buffer, middleAt(Index(row), j), value)
            }
        let rowInputs = (0..<columns).map {
            Statement.declare("d\($0)", width: width, .load(buffer, middleAt(i, Index($0)), width: width))
        }
        let second =
            rowInputs + transform.statements(names, prefix: "t")
            + transform.results(prefix: "t").enumerated().flatMap { store(i, $0.offset, $0.element) }
        return [
            .loop("j", from: 0, to: Index(columns), step: 1, first),
            .loop("i", from: 0, to: Index(rows), step: 1, second),
        ]
    }
}
