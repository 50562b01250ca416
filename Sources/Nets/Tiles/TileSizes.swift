import PictureCode
import Runtime
import TrainerSupport

/// The tiles that a model has plans for, the largest first.
///
/// A picture takes those that compute the fewest pixels: a small one would be lost in a large tile, a large one would be
/// cut into too many small ones, each with edges that are computed twice.
package struct TileSizes: Hashable, Sendable {
    /// At least one.
    package let geometries: [TileGeometry]

    /// - Returns: nil for a model without a plan for tiles.
    /// - Throws: `TrainerError` for a plan that has not the net's output, or that contradicts itself.
    package init?(model: Model) throws {
        let plans = model.plans(for: .tile)
        guard !plans.isEmpty else { return nil }
        let interface = try NetInterface(model: model)
        geometries = try plans.compactMap { try TileGeometry($0, interface) }.sorted { $0.area > $1.area }
        guard !geometries.isEmpty else { return nil }
    }

    /// The tiles of a model that must have some.
    /// - Throws: `TrainerError` for a model without a plan for tiles, or a broken one.
    package static func required(of model: Model) throws -> TileSizes {
        if let sizes = try TileSizes(model: model) { return sizes }
        throw TrainerError(
            "this trainer of graph \"\(model.graphName)\" has no plan for tiles",
            hint: "compile the graph without --tile none, and use that trainer: weights and runs stay as they are, "
                + "unless the graph cannot be computed tile by tile, which unetc compile says")
    }

    /// The largest tile.
    var largest: TileGeometry { geometries[0] }

    /// The place, among the tiles, of those that a picture takes.
    func index(width: Int, height: Int) -> Int {
        unetc_tile_choose(geometries.map(\.code), geometries.count, width, height)
    }
}
