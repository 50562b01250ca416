import ArgumentParser
import DataSets
import Nets
import Runtime
import Tasks
import TrainerSupport

/// Training on pieces of pictures.
struct PatchFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Train on so many pieces of each picture in an epoch, cut out at the picture's own scale, a third of them around "
                + "an object, instead of on pictures resized to the net's size; whole pictures test, in exact tiles. "
                + "For small things in large pictures.", valueName: "n"))
    var patches: Int?

    @Option(
        help: ArgumentHelp(
            "With --patches, resize pictures by this factor before pieces are cut out; default: 1.", valueName: "factor"
        ))
    var scale: Double?

    mutating func validate() throws {
        try validateCount("--patches", patches, PatchSettings.most)
        try TileOptions.checkScale(scale)
    }

    /// The flags over what a run remembers.
    /// - Throws: `TrainerError` for a scale of nothing, and for nets that cannot work on pieces.
    func apply(to data: inout DataSettings, _ model: Model) throws {
        if let patches {
            data.patches = PatchSettings(perPicture: patches, scale: scale ?? data.patches?.scale ?? 1)
        }
        if patches == nil, let scale {
            guard data.patches != nil else {
                throw TrainerError(
                    "--scale \(scale): pictures are resized to the net's size, whatever their own",
                    hint: "it goes with --patches, which cuts pieces out of pictures; leave it out, or give both")
            }
            data.patches?.scale = scale
        }
        guard let asked = data.patches else { return }
        if data.isEmbedded { throw asked.withoutPictures }
        guard try NetInterface(model: model).task.needsMasks else {
            throw TrainerError(
                "\(asked.text): the net learns its input, and whole pictures of that are not tested tile by tile",
                hint: "leave it out, and cut the pictures into pieces of the net's size")
        }
        // Tests need tiles.
        _ = try TileSizes.required(of: model)
    }
}
