import ArgumentParser

/// Working on pictures at their own resolution.
struct TileOptions: ParsableArguments {
    @Flag(
        help: """
            Work at the pictures' own resolution, in exact overlapping tiles, instead of resizing them to the net's \
            size; for predict, memory does not depend on a picture's height.
            """)
    var tiles = false

    @Option(
        help: ArgumentHelp(
            "With --tiles, the net sees pictures resized by this factor; results have their own size.",
            valueName: "factor"))
    var scale: Double?

    mutating func validate() throws {
        guard let scale else { return }
        guard tiles else { throw ValidationError("--scale goes with --tiles.") }
        guard scale >= 0.01 && scale <= 16 else {
            throw ValidationError("--scale takes a factor from 0.01 to 16, found \(scale).")
        }
    }
}
