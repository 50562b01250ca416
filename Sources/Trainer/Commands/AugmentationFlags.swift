import ArgumentParser
import Recipes

/// How training pictures are changed.
struct AugmentationFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How training pictures and their masks are changed in each epoch, such as "
                + "flip,vflip,rotate90,rotate=15,scale=0.8..1.25,crop=0.7,shift=0.1,brightness=0.2,contrast=0.2,"
                + "saturation=0.2,hue=0.05,noise=0.02,elastic=10; or none, light, paper; default: flip.",
            valueName: "list"),
        transform: { try AugmentationSettings(parsing: $0) })
    var augment: AugmentationSettings?

    @Flag(
        inversion: .prefixedNo,
        help: "Mirror half of the training pictures, another half in each epoch; default: as --augment says.")
    var flip: Bool?

    /// The flags over the graph's defaults, or over what a run remembers.
    func resolved(over settings: AugmentationSettings) -> AugmentationSettings {
        var settings = augment ?? settings
        settings.flip = flip ?? settings.flip
        return settings
    }
}
