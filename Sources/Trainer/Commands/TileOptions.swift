import ArgumentParser
import Base
import DataSets
import TrainerSupport

/// Working on pictures at their own resolution.
struct TileOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: """
            Work on whole pictures, in exact overlapping tiles, instead of resizing them to the net's size; for \
            predict, memory does not depend on a picture's height. Default: yes if the run was trained with --patches.
            """)
    var tiles: Bool?

    @Option(
        help: ArgumentHelp(
            "With --tiles, the net sees pictures resized by this factor; results have their own size; default: as it saw "
                + "those that it was trained on.", valueName: "factor"))
    var scale: Double?

    mutating func validate() throws {
        if scale != nil && tiles == false { throw ValidationError("--scale goes with --tiles.") }
        try Self.checkScale(scale)
    }

    static func checkScale(_ scale: Double?) throws {
        guard let scale, !PatchSettings.scales.contains(scale) else { return }
        throw ValidationError("--scale takes a factor from 0.01 to 16, found \(scale).")
    }

    /// The scale of the tiles that are asked for, or that fit the run; nil for pictures at the net's size.
    /// - Parameter data: of the run whose weights are used; nil where nothing is known of it.
    /// - Throws: `TrainerError` for a scale without tiles.
    func scale(_ data: DataSettings?, _ console: Console) throws -> Double? {
        guard tiles ?? (data?.patches != nil) else {
            if let scale {
                throw TrainerError("--scale \(scale): the run was not trained with --patches", hint: "give --tiles too")
            }
            return nil
        }
        let known = data?.patches?.scale ?? data?.typicalScale
        if scale == nil, let known, !PatchSettings.scales.contains(known) {
            throw TrainerError(
                "--tiles: the net was trained on pictures resized by \(Text.fixed(known, 4)), which is no scale for others",
                hint: "say with --scale how large things are to be")
        }
        if data?.patches == nil, let known, known != 1 {
            let asked = scale.map { "; at --scale \(Text.plain($0)) things have another size to it" }
            console.warn(
                "the net was trained on pictures resized to its own size, typically by \(Text.fixed(known, 3))"
                    + (asked ?? "; tiles show it pictures at that scale, --scale says another"))
        }
        return scale ?? known ?? 1
    }
}
