import ArgumentParser
import Base
import DataSets
import Imaging
import Nets
import Reporting
import Runtime
import TrainerSupport

/// `trainer augment`.
struct AugmentCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "augment",
        abstract: "Draws training pictures as the epochs change them, with the outlines of their masks.",
        discussion: "What is drawn is what train feeds the net with the same data, --seed and --augment.")

    @OptionGroup var data: DataOptions
    @OptionGroup var patches: PatchFlags
    @OptionGroup var augmentation: AugmentationFlags

    @Option(help: "Of the split and of the augmentation; default: from the graph.")
    var seed: UInt64?

    @Option(help: "Pictures, a row each, evenly from those that train.")
    var count = 6

    @Option(help: "Epochs, a column each.")
    var epochs = 5

    @Option(name: .customLong("out"), help: ArgumentHelp("Where to write.", valueName: "png"))
    var output: String

    @OptionGroup var overwriting: OverwriteOptions

    mutating func validate() throws {
        for (flag, value) in [("count", count), ("epochs", epochs)] where !(1...100).contains(value) {
            throw ValidationError("--\(flag) takes a number from 1 to 100, found \(value).")
        }
    }

    func run(_ context: TrainerContext) throws {
        let console = Console()
        try overwriting.replacing.check([output])
        let interface = try NetInterface(model: context.model)
        let defaults = try ModelDefaults(metadata: context.model.metadata).training
        var settings = try data.resolved(over: nil, task: interface.task)
        try patches.apply(to: &settings, context.model)
        let threads = data.threads ?? processorCount()
        let samples = try DataSet.load(
            settings, .training, shape: interface.shape, seed: seed ?? defaults.seed, threads: threads,
            isStrict: data.strict, cache: data.cache, shares: MemoryShares(budget: nil, net: 0, threads: threads),
            console: console
        ).data
        try samples.checkTrainable()
        let augment = augmentation.resolved(over: defaults.augmentation)
        let figure = AugmentationFigure(
            data: samples, settings: augment, seed: seed ?? defaults.seed, epochs: epochs)
        let training = samples.training
        let shown = (0..<min(count, training.count)).map { training[$0 * training.count / min(count, training.count)] }
        try figure.render(shown, cell: 192).writeResult(to: output)
        console.answer("\(Text.count(shown.count, "picture")) with --augment \(augment): \(output)")
    }
}
