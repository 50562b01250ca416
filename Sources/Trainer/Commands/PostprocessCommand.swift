import ArgumentParser
import Base
import DataSets
import Nets
import Predictions
import Runtime
import Tasks
import TrainerSupport

/// `trainer postprocess`.
struct PostprocessCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "postprocess",
        abstract: "Says whether masks get better without their small parts, or with the largest part alone.",
        discussion:
            "Each net of a run with --folds predicts the pictures that it was not trained on, and what predict's "
            + "--keep-largest and --min-size would do is measured there. Only what gains over all pictures, and in more "
            + "folds than it loses in, is recommended.")

    @Option(name: .customLong("run"), help: ArgumentHelp("The folder of a run with --folds.", valueName: "run"))
    var run: String

    @Option(help: ArgumentHelp("Whether parts are connected over sides (4) or over corners too (8).", valueName: "4|8"))
    var connectivity = Connectivity.eight

    @OptionGroup var threading: ThreadOptions

    func run(_ context: TrainerContext) throws {
        let console = Console()
        let shape = try NetInterface(model: context.model).shape
        guard shape.task.needsMasks else {
            throw TrainerError("the net learns its input, which has no parts")
        }
        let chosen = try WeightsOptions.chosen([run], for: context.model)
        guard chosen.records.count > 1 else {
            throw TrainerError(
                "\(run): expected the folder of a run with --folds, found a single run",
                hint: "what is chosen on the pictures of one test may be luck: trainer train --folds 5")
        }
        let trials = PostprocessingTrials(connectivity: connectivity)
        var folds: [[[Double?]]] = []
        for (checkpoint, record) in zip(chosen.checkpoints, chosen.records) {
            folds.append(try measured(checkpoint, record, trials, shape, context.model, console))
        }
        console.answer(trials.text(folds))
    }

    /// Of each test picture of a fold the Dice of each trial.
    private func measured(
        _ checkpoint: Checkpoint, _ record: RunRecord, _ trials: PostprocessingTrials, _ shape: SampleShape,
        _ model: Model, _ console: Console
    ) throws -> [[Double?]] {
        let threads = threading.count
        var settings = record.data
        let scale = settings.patches?.scale
        settings.patches = nil
        let plans = scale != nil ? PlanNames.tiles(of: model) : Net.plans(.predicting, of: model)
        let samples = try DataSet.load(
            settings, .testing(nil), shape: shape, seed: record.settings.seed, threads: threads, isStrict: false,
            cache: scale != nil ? SampleCache(limit: 0) : nil,
            shares: MemoryShares(model, plans: plans, threads: threads), console: console
        ).data
        let test = OwnSizeTest(
            model: model, weights: [checkpoint], samples: samples, scale: scale,
            measures: MeasureSettings(isEach: false, trials: trials.all), threads: threads,
            pins: threading.pin, console: console)
        return try test.run()?.trials ?? []
    }
}
