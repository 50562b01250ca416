import GraphIR
import KernelIR

/// A copy of the rows of a row-major map that some rows of a convolution's output are made of, with the padding as
/// zeros: `[channel][row][column]` in the workspace.
struct PaddedRows {
    let geometry: ConvGeometry
    /// Output rows that the copy is for.
    let outputRows: Int
    /// The copy's first float in the workspace.
    let start: Int
    let vectorWidth: Int

    var rows: Int {
        (outputRows - 1) * geometry.stride.height + (geometry.kernel.height - 1) * geometry.dilation.height + 1
    }
    var columns: Int {
        (geometry.output.width - 1) * geometry.stride.width + (geometry.kernel.width - 1) * geometry.dilation.width + 1
    }
    var extent: Int { geometry.inputChannels * rows * columns }

    /// Copies what the output rows from `firstRow` on need; `base` is the first float of the sample.
    func copy(map: Buffer.Handle, base: Index, firstRow: Index) -> [Statement] {
        let row = Index.variable("row")
        let (inside, end) = (Index.variable("firstInside"), Index.variable("endInside"))
        // Of the copy's rows, the first that the map has, and the first behind those.
        let start = Index(geometry.padding.top) - firstRow * Index(geometry.stride.height)
        let inputRow = row - start
        let rowLoop = { (from: Index, to: Index, body: [Statement]) in
            Statement.loop("row", from: from, to: to, step: 1, body)
        }
        return [
            .letIndex("firstInside", .minimum(.maximum(start, 0), Index(rows))),
            .letIndex("endInside", .maximum(inside, .minimum(start + Index(geometry.input.height), Index(rows)))),
            .loop(
                "c", from: 0, to: Index(geometry.inputChannels), step: 1,
                [
                    rowLoop(0, inside, zeros(from: 0, columns)),
                    rowLoop(inside, end, values(map: map, base: base, inputRow: inputRow)),
                    rowLoop(end, Index(rows), zeros(from: 0, columns)),
                ]),
        ]
    }

    /// A row of the map between the padding on its left and right.
    private func values(map: Buffer.Handle, base: Index, inputRow: Index) -> [Statement] {
        let left = min(geometry.padding.left, columns)
        let inside = max(0, min(geometry.input.width, columns - left))
        let source = base + (.variable("c") * Index(geometry.input.height) + inputRow) * Index(geometry.input.width)
        let values = vectorLoop("x", count: Index(inside), width: vectorWidth) {
            [.store(.workspace, target + Index(left) + $0, .load(map, source + $0, width: $1))]
        }
        return zeros(from: 0, left) + values + zeros(from: left + inside, columns - left - inside)
    }

    private func zeros(from first: Int, _ count: Int) -> [Statement] {
        guard count > 0 else { return [] }
        return vectorLoop("x", count: Index(count), width: vectorWidth) {
            [.store(.workspace, target + Index(first) + $0, splat(0, $1))]
        }
    }

    /// The first float of the copy's row.
    private var target: Index {
        Index(start) + (.variable("c") * Index(rows) + .variable("row")) * Index(columns)
    }
}
