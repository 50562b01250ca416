import GraphIR
import KernelIR

/// A copy of some rows of a blocked map, with zeros where they reach over its edges: `[block of channels][row][column]`
/// vectors in the workspace. Kernels that read it need no test for the edge, and no map needs a border of its own.
struct PaddedStrip {
    let map: Extent
    let width: Int
    /// Vectors of a row, and rows.
    let columns: Int
    let rows: Int
    /// The map's column that is the first of the strip; may lie outside.
    let firstColumn: Int
    /// The strip's first float in the workspace.
    let start: Int

    /// Floats of the strip.
    func extent(channels: Int) -> Int { channels * rows * columns }

    /// The first float of a pixel's block of channels.
    func at(block: Index, row: Index, column: Index) -> Index {
        Index(start) + ((block * Index(rows) + row) * Index(columns) + column) * Index(width)
    }

    /// Copies `channels` channels; `base` is the map's first float of the first of them, and `firstRow` the map's row
    /// that is the first of the strip, which may lie outside.
    func copy(_ buffer: Buffer.Handle, base: Index, channels: Int, firstRow: Index) -> [Statement] {
        let (block, row) = (Index.variable("block"), Index.variable("row"))
        let (inside, end) = (Index.variable("firstInside"), Index.variable("endInside"))
        let left = min(max(0, -firstColumn), columns)
        let firstInMap = max(0, firstColumn)
        let count = max(0, min(map.width - firstInMap, columns - left))
        let target = at(block: block, row: row, column: 0)
        let source =
            base + ((block * Index(map.height) + (firstRow + row)) * Index(map.width) + Index(firstInMap))
            * Index(width)
        let zeros = { (from: Int, count: Int) -> [Statement] in
            guard count > 0 else { return [] }
            return vectorLoop("x", count: Index(count * width), width: width) {
                [.store(.workspace, target + Index(from * width) + $0, splat(0, $1))]
            }
        }
        let values = vectorLoop("x", count: Index(count * width), width: width) {
            [.store(.workspace, target + Index(left * width) + $0, .load(buffer, source + $0, width: $1))]
        }
        let outside = { (from: Index, to: Index) in
            Statement.loop("row", from: from, to: to, step: 1, zeros(0, columns))
        }
        return [
            .letIndex("firstInside", .minimum(.maximum(0 - firstRow, 0), Index(rows))),
            .letIndex("endInside", .maximum(inside, .minimum(Index(map.height) - firstRow, Index(rows)))),
            .comment("rows of the map, zeros around them"),
            .loop(
                "block", from: 0, to: Index(channels / width), step: 1,
                [
                    outside(0, inside),
                    .loop(
                        "row", from: inside, to: end, step: 1,
                        zeros(0, left) + (count > 0 ? values : []) + zeros(left + count, columns - left - count)),
                    outside(end, Index(rows)),
                ]),
        ]
    }
}
