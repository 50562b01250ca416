import GraphIR
import KernelIR

extension Buffer.Handle {
    /// The workspace with a column matrix.
    static let columns = Buffer.Handle("columns")
}

/// Unrolls windows of a feature map into the columns of a matrix, so that a convolution becomes a product (Chellapilla,
/// Puri and Simard, "High Performance Convolutional Neural Networks for Document Processing", 2006), and back.
///
/// The matrix has one row per channel and tap, `(channel · kernel.height + i) · kernel.width + j`, and one column per
/// output position of a block of output rows. Rows stand `leading` floats apart.
struct ColumnMatrix {
    let geometry: ConvGeometry
    /// The feature map's buffer and the index of the block's first channel in it.
    let map: Buffer.Handle
    let mapBase: Index
    /// Channels of the block.
    let channels: Index
    /// The matrix's buffer; it starts there.
    let columns: Buffer.Handle
    let leading: Int
    /// First output row of the block, and rows in it.
    let firstRow: Index
    let rows: Index
    let vectorWidth: Int

    /// Copies the windows of the map into the matrix, zeros where they reach over the edge.
    func gather() -> [Statement] {
        eachTap { tap, row in
            let zeroRow = vectorLoop("x", count: Index(geometry.output.width), width: vectorWidth) { x, width in
                [.store(columns, row.column + x, splat(0, width))]
            }
            return [.conditional(row.isInside, gatherRow(tap, row), otherwise: zeroRow)]
        }
    }

    /// Adds the matrix's elements to the map positions that their windows cover.
    func scatterAdd() -> [Statement] {
        eachTap { tap, row in
            let sums = pieces(of: tap) { x, source, width in
                let at = row.map + source
                return [
                    .store(map, at, .load(map, at, width: width) + .load(columns, row.column + x, width: width))
                ]
            }
            return [.conditional(row.isInside, sums, otherwise: [])]
        }
    }

    // MARK: Loops

    /// One column of the kernel, and the output columns whose tap lies inside the map.
    private struct Tap {
        let j: Int
        let inside: Range<Int>
    }

    /// One row of a window: whether it lies inside the map, and where it stands in the map and in the matrix.
    private struct Row {
        let isInside: Condition
        let map: Index
        let column: Index
    }

    private func eachTap(_ body: (Tap, Row) -> [Statement]) -> [Statement] {
        let g = geometry
        let (c, i, r, y): (Index, Index, Index, Index) = (
            .variable("c"), .variable("i"), .variable("r"), .variable("y")
        )
        var taps: [Statement] = []
        for j in 0..<g.kernel.width {
            let tap = Tap(j: j, inside: insideColumns(j))
            let row = Row(
                isInside: .and(.lessOrEqual(0, y), .less(y, Index(g.input.height))),
                map: mapBase + c * Index(g.input.area) + y * Index(g.input.width),
                column: ((c * Index(g.kernel.height) + i) * Index(g.kernel.width) + Index(j)) * Index(leading)
                    + r * Index(g.output.width))
            taps += body(tap, row)
        }
        let inputRow =
            (firstRow + r) * Index(g.stride.height) + i * Index(g.dilation.height) - Index(g.padding.top)
        return [
            .loop(
                "c", from: 0, to: channels, step: 1,
                [
                    .loop(
                        "i", from: 0, to: Index(g.kernel.height), step: 1,
                        [.loop("r", from: 0, to: rows, step: 1, [.letIndex("y", inputRow)] + taps)])
                ])
        ]
    }

    /// Output columns whose tap `j` falls on the map: `0 ≤ x · stride + j · dilation − padding < width`.
    private func insideColumns(_ j: Int) -> Range<Int> {
        let g = geometry
        let shift = j * g.dilation.width - g.padding.left
        let first = shift >= 0 ? 0 : ceilingDivide(-shift, g.stride.width)
        let last = g.input.width - 1 - shift
        let end = last < 0 ? 0 : min(g.output.width, last / g.stride.width + 1)
        return min(first, g.output.width)..<max(min(first, g.output.width), end)
    }

    private func gatherRow(_ tap: Tap, _ row: Row) -> [Statement] {
        let zeros = { (range: Range<Int>) -> [Statement] in
            range.map { .store(columns, row.column + Index($0), 0) }
        }
        let wideZeros = { (range: Range<Int>) -> [Statement] in
            range.count <= 4
                ? zeros(range)
                : [
                    .loop(
                        "z", from: Index(range.lowerBound), to: Index(range.upperBound), step: 1,
                        [.store(columns, row.column + .variable("z"), 0)])
                ]
        }
        return wideZeros(0..<tap.inside.lowerBound)
            + pieces(of: tap) { x, source, width in
                [.store(columns, row.column + x, .load(map, row.map + source, width: width))]
            } + wideZeros(tap.inside.upperBound..<geometry.output.width)
    }

    /// The inside columns in vectors where the map's elements are neighbours: `body(output column, map column, width)`.
    private func pieces(of tap: Tap, body: (Index, Index, Int) -> [Statement]) -> [Statement] {
        guard !tap.inside.isEmpty else { return [] }
        let first = Index(tap.inside.lowerBound)
        let shift = tap.j * geometry.dilation.width - geometry.padding.left
        let stride = geometry.stride.width
        let width = stride == 1 ? vectorWidth : 1
        return vectorLoop("x", count: Index(tap.inside.count), width: width) { x, width in
            body(x + first, x * Index(stride) + Index(tap.inside.lowerBound * stride + shift), width)
        }
    }
}
