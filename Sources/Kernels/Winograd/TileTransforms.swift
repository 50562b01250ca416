import GraphIR
import KernelIR

/// Two-dimensional transforms of one tile, a vector of channels at a time: columns first into a small buffer, then rows.
struct TileTransform {
    /// Applied to columns and to rows.
    let matrix: [[Rational]]
    let width: Int
    /// Where the half-transformed tile is kept: the thread's workspace, from this float on.
    let buffer: String
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

/// A square piece of a blocked feature map that may reach over its edges, where it reads zeros.
struct TileReader {
    let map: String
    let extent: Extent
    let size: Int
    let width: Int
    /// A copy of a piece that reaches over the edge: `size × size` vectors of the workspace, from this float on.
    let patch: Int
    let workspace: String

    var patchExtent: Int { size * size * width }

    /// `body` gets the piece's elements. `base` is the index of pixel (0, 0) of the vector's channels; `y` and `x` are
    /// the piece's first row and column, which may lie outside.
    func read(
        base: Index, y: Index, x: Index, alwaysInside: Bool = false,
        body: ((Index, Index) -> Expression) -> [Statement]
    ) -> [Statement] {
        let inside = { (row: Index, column: Index) -> Expression in
            .load(
                map, base + ((y + row) * Index(extent.width) + (x + column)) * Index(width), width: width)
        }
        guard !alwaysInside else { return body(inside) }
        let (i, j) = (Index.variable("i"), Index.variable("j"))
        let copied = { (row: Index, column: Index) -> Expression in
            .load(workspace, Index(patch) + (row * Index(size) + column) * Index(width), width: width)
        }
        let target = Index(patch) + (i * Index(size) + j) * Index(width)
        let isInside = Condition.and(
            .and(.lessOrEqual(0, y + i), .less(y + i, Index(extent.height))),
            .and(.lessOrEqual(0, x + j), .less(x + j, Index(extent.width))))
        let copy = Statement.loop(
            "i", from: 0, to: Index(size), step: 1,
            [
                .loop(
                    "j", from: 0, to: Index(size), step: 1,
                    [
                        .conditional(
                            isInside, [.store(workspace, target, inside(i, j))],
                            otherwise: [.store(workspace, target, splat(0, width))])
                    ])
            ])
        let whole = Condition.and(
            .and(.lessOrEqual(0, y), .lessOrEqual(y + Index(size), Index(extent.height))),
            .and(.lessOrEqual(0, x), .lessOrEqual(x + Index(size), Index(extent.width))))
        return [.conditional(whole, body(inside), otherwise: [copy] + body(copied))]
    }
}
