import PictureCode
import Runtime
import TrainerSupport

/// A plan for tiles as the model tells it; all in input pixels.
///
/// A tile's output lacks the margins, which nets without padding have, on all sides. What is left covers, in the
/// coordinates of the whole output, from the tile's own place in the input on.
package struct TileGeometry: Hashable, Sendable {
    var tileHeight: Int
    var tileWidth: Int
    /// Rows and columns of the output, at an edge inside the picture, that are not exact.
    var haloTop: Int
    var haloLeft: Int
    var haloBottom: Int
    var haloRight: Int
    /// Tiles start at multiples of this.
    var alignmentHeight: Int
    var alignmentWidth: Int
    /// Of nets without padding, what the output lacks of the input. The picture is mirrored there, so that the output
    /// covers all of it.
    var marginTop: Int
    var marginLeft: Int
    var marginBottom: Int
    var marginRight: Int

    /// The plan's name.
    package var plan: String

    /// - Returns: nil for a plan that is not for tiles.
    /// - Throws: `TrainerError` for a plan that has not the net's output, or that contradicts itself.
    init?(_ plan: PlanInfo, _ interface: NetInterface) throws {
        guard let tiling = plan.tiling else { return nil }
        self.plan = plan.name
        guard let input = plan.inputs.first(where: { $0.name == interface.picture }), input.shape.count == 3 else {
            throw Self.broken(plan.name, "it has no input \"\(interface.picture)\"")
        }
        guard let output = plan.outputs.first(where: { $0.name == interface.output }), output.shape.count == 3 else {
            throw TrainerError(
                "the net's output \"\(interface.output)\" has not one value for each pixel of its input, "
                    + "so that it cannot be computed tile by tile", hint: "predict without tiles")
        }
        (tileHeight, tileWidth) = (input.shape[1], input.shape[2])
        (haloTop, haloLeft) = (tiling.haloBefore.rows, tiling.haloBefore.columns)
        (haloBottom, haloRight) = (tiling.haloAfter.rows, tiling.haloAfter.columns)
        (alignmentHeight, alignmentWidth) = (tiling.alignment.rows, tiling.alignment.columns)
        // The smaller half first, as where the loss looks at the middle of a mask.
        let (rows, columns) = (input.shape[1] - output.shape[1], input.shape[2] - output.shape[2])
        (marginTop, marginLeft) = (rows / 2, columns / 2)
        (marginBottom, marginRight) = (rows - rows / 2, columns - columns / 2)
        guard rows >= 0, columns >= 0, self.rows.step > 0, self.columns.step > 0 else {
            throw Self.broken(plan.name, "its tiles of \(tileHeight) x \(tileWidth) pixels leave nothing that is exact")
        }
    }

    private static func broken(_ plan: String, _ what: String) -> TrainerError {
        TrainerError("the model's plan \"\(plan)\" cannot be used: \(what)", hint: "compile the graph again")
    }

    /// What happens along the height.
    package var rows: TileAxis {
        TileAxis(
            tile: tileHeight, haloBefore: haloTop, haloAfter: haloBottom, alignment: alignmentHeight,
            marginBefore: marginTop, marginAfter: marginBottom)
    }

    /// What happens along the width.
    package var columns: TileAxis {
        TileAxis(
            tile: tileWidth, haloBefore: haloLeft, haloAfter: haloRight, alignment: alignmentWidth,
            marginBefore: marginLeft, marginAfter: marginRight)
    }

    var code: unetc_tile_geometry { unetc_tile_geometry(rows: rows.code, columns: columns.code) }

    /// Tiles that a picture takes.
    func tiles(width: Int, height: Int) -> Int { rows.partCount(of: height) * columns.partCount(of: width) }

    /// Pixels of a tile.
    var area: Int { tileHeight * tileWidth }
}

/// How a side of a picture is cut into tiles.
package struct TileAxis: Hashable, Sendable {
    package var tile: Int
    var haloBefore: Int
    var haloAfter: Int
    var alignment: Int
    var marginBefore: Int
    var marginAfter: Int

    /// A tile along the side.
    struct Part: Hashable, Sendable {
        /// The input's first place on the canvas: the picture with what is mirrored around it.
        var start: Int
        /// What this tile makes of the picture, whose places are those of the whole output.
        var kept: Range<Int>
    }

    var code: unetc_tile_axis {
        unetc_tile_axis(
            tile: tile, halo_before: haloBefore, halo_after: haloAfter, alignment: alignment,
            margin_before: marginBefore, margin_after: marginAfter)
    }

    private func asked<Answer>(_ question: (UnsafePointer<unetc_tile_axis>) -> Answer) -> Answer {
        withUnsafePointer(to: code, question)
    }

    /// Output places of a tile.
    var output: Int { asked(unetc_tile_axis_output) }
    /// How far a tile in the middle may lie behind the one before.
    package var step: Int { asked(unetc_tile_axis_step) }

    /// The side of the canvas for a picture of `side` pixels: at least a tile, and aligned as tiles are.
    func canvas(_ side: Int) -> Int { asked { unetc_tile_axis_canvas($0, side) } }

    /// The tiles of a picture of `side` pixels, one behind the other. What they keep follows each other and covers the
    /// picture; the first begins and the last ends at the canvas's edge, where its results are exact.
    ///
    /// They are made when they are asked for: pictures may be so high that there is no memory for all of them.
    func parts(of side: Int) -> some Sequence<Part> {
        sequence(first: asked { unetc_tile_axis_first($0, side) }) { part in
            var next = part
            return asked { unetc_tile_axis_next($0, side, &next) } == 0 ? nil : next
        }.lazy.map { Part(start: $0.start, kept: $0.kept_first..<$0.kept_end) }
    }

    /// How many `parts(of:)` are.
    func partCount(of side: Int) -> Int { asked { unetc_tile_axis_count($0, side) } }

    /// The most places that one of the parts keeps.
    func mostKept(of side: Int) -> Int { asked { unetc_tile_axis_most_kept($0, side) } }

    /// Places of the picture from the first that a part or a later one needs to the last that it needs itself, at most:
    /// those that a tile shows, or, near the end, those that are mirrored there.
    func mostNeeded(of side: Int) -> Int { asked { unetc_tile_axis_most_needed($0, side) } }

    /// The place of the picture that is seen at a place of the canvas: beyond its edges the picture is mirrored, without
    /// repeating its last row or column, as often as it takes.
    func source(_ place: Int, of side: Int) -> Int { asked { unetc_tile_axis_source($0, side, place) } }
}
