import ArgumentParser
import Base
import DataSets
import Nets
import Recipes
import Runtime
import TrainerSupport

/// `trainer bench-input`.
struct BenchInputCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "bench-input",
        abstract: "Measures how many pictures a second the input of training makes, without the net.",
        discussion: "The first pass decodes every file once; then epochs of batches, as train would take them.")

    @OptionGroup var data: DataOptions
    @OptionGroup var patches: PatchFlags
    @OptionGroup var augmentation: AugmentationFlags

    @Option(help: "Pictures in a batch; default: from the graph.")
    var batch: Int?

    @Option(help: "Epochs to measure.")
    var epochs = 5

    mutating func validate() throws {
        try validateCount("--batch", batch, TrainingSettings.mostPictures)
        try validateCount("--epochs", epochs, TrainingSettings.mostEpochs)
    }

    func run(_ context: TrainerContext) throws {
        let console = Console()
        let interface = try NetInterface(model: context.model)
        let defaults = try ModelDefaults(metadata: context.model.metadata).training
        var settings = try data.resolved(over: nil, task: interface.task)
        try patches.apply(to: &settings, context.model)
        let threads = data.threads ?? processorCount()
        let start = monotonicSeconds()
        let samples = try DataSet.load(
            settings, .training, shape: interface.shape, seed: defaults.seed, threads: threads,
            isStrict: data.strict, cache: data.cache, shares: MemoryShares(budget: nil, net: 0, threads: threads),
            console: console
        ).data
        try samples.checkTrainable()
        let seconds = monotonicSeconds() - start
        report(console, "first pass", samples.samples.count, seconds)
        console.answer("memory       " + samples.cacheText)
        let augment = augmentation.resolved(over: defaults.augmentation)
        for epoch in 1...epochs {
            let (count, seconds) = try pass(
                samples, EpochAugmentation(settings: augment, draw: EpochDraw(seed: defaults.seed, epoch: epoch)),
                batch: batch ?? defaults.batch)
            report(console, "epoch \(epoch)", count, seconds)
        }
    }

    /// All batches of an epoch, taken and let go of.
    private func pass(
        _ samples: DataSet, _ augmentation: EpochAugmentation, batch: Int
    ) throws -> (count: Int, seconds: Double) {
        let start = monotonicSeconds()
        let batches = samples.order(augmentation.draw).chunks(of: batch)
        let producer = try BatchProducer(
            maker: BatchMaker(data: samples, augmentation: augmentation), batches: batches)
        var count = 0
        while let made = try producer.next() { count += made.pictures.count }
        return (count, monotonicSeconds() - start)
    }

    private func report(_ console: Console, _ what: String, _ count: Int, _ seconds: Double) {
        let label = what + String(repeating: " ", count: max(1, 13 - what.count))
        console.answer(
            "\(label)\(count) pictures in \(Text.fixed(seconds, 3)) s: "
                + "\(Text.fixed(Double(count) / max(seconds, 1e-9), 1)) images/s")
    }
}
