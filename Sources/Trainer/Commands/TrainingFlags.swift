import ArgumentParser
import Base
import Nets
import Ranks
import Recipes
import Runtime
import TrainerSupport

/// The flags that override the graph's `train { … }` block.
struct TrainingFlags: ParsableArguments {
    @Option(help: "Times that all training pictures are seen; default: from the graph.")
    var epochs: Int?

    @Option(help: "Pictures in a step, at most as many as compiled for; default: from the graph.")
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "The learning rate; default: from the graph. PATTERN=RATE, such as encoder.*=1e-4, is that of parameters of such "
                + "names, any number of times.", valueName: "rate"))
    var lr: [RateOption] = []

    @Option(
        help: ArgumentHelp(
            "Leave parameters of such names, like encoder.*, as they are, running means and variances too; any number of "
                + "times.", valueName: "pattern"),
        transform: { NamePattern($0) })
    var freeze: [NamePattern] = []

    @Option(help: "adam, adamw or sgd; default: from the graph.")
    var optimizer: OptimizerSettings.Kind?

    @Option(help: "SGD's momentum; default: from the graph.")
    var momentum: Double?

    @Option(
        help: ArgumentHelp(
            "Added to the gradient, times the weight; with adamw taken from the weight, times the rate; default: from "
                + "the graph.", valueName: "decay"))
    var weightDecay: Double?

    @OptionGroup var steps: StepFlags
    @OptionGroup var stopping: StoppingFlags

    @Option(name: .customLong("init"), help: "How weights start, he or pytorch; default: from the graph.")
    var initialValues: InitialValueRule?

    @Option(help: "Of initial weights, split, order and augmentation; default: from the graph.")
    var seed: UInt64?

    @OptionGroup var augmentation: AugmentationFlags

    mutating func validate() throws {
        try validateCount("--epochs", epochs, TrainingSettings.mostEpochs)
        try validateCount("--batch", batch, TrainingSettings.mostPictures)
        if let lr = lr.all, !(lr > 0 && lr.isFinite) {
            throw ValidationError("--lr takes a number above 0, found \(lr).")
        }
        if let momentum, !(0..<1).contains(momentum) {
            throw ValidationError("--momentum takes a number from 0 to below 1, found \(momentum).")
        }
        if let weightDecay, !(weightDecay >= 0 && weightDecay.isFinite) {
            throw ValidationError("--weight-decay takes a number from 0, found \(weightDecay).")
        }
    }

    /// The flags over the graph's defaults, or over what a run remembers.
    ///
    /// - Parameter processes: for how many at least batches are cut; nil where a launcher has started what there is.
    /// - Throws: `TrainerError` when the model was not compiled for them, or a flag would make the run another one.
    func resolved(
        defaults: TrainingSettings, recorded: TrainingSettings?, model: Model, launcher: Launcher? = nil,
        processes: Int? = nil
    ) throws -> TrainingSettings {
        let compiled = try ModelDefaults(metadata: model.metadata)
        let names = model.parameters.map(\.name)
        try compiled.training.parameters.checkLeftOut((recorded ?? defaults).parameters.leftOut, names: names)
        var rule = compiled.batches
        rule.capacity = model.batchCapacity
        if model.deferredCapacity != nil {
            rule.obstacleToSums =
                "the trainer was compiled for so little memory that gradients wait for the end of a step"
        }
        rule.obstacleToSharing = model.obstacleToSharing
        var defaults = defaults
        let whole = batch ?? min(defaults.batch, rule.largestUnasked)
        // One process takes what cannot be cut as a whole.
        let isCut = launcher.map { $0.hasOthers || rule.obstacle(toSharing: whole) == nil } ?? false
        if isCut || processes != nil, defaults.steps.microBatches == 1 {
            defaults.steps.microBatches = min(max(Self.launchedMicroBatches, processes ?? 0), whole)
        }
        let settings = try resolved(
            defaults: defaults, recorded: recorded, batches: rule, optimizers: model.optimizerNames)
        try settings.parameters.check(names: names, trained: model.trainedParameters.map(\.name))
        return settings
    }

    /// Parts of a batch where a launcher has started processes and nobody says how many: work for so many of them.
    private static let launchedMicroBatches = 8

    func resolved(
        defaults: TrainingSettings, recorded: TrainingSettings?, batches: BatchRule, optimizers: [String]
    ) throws -> TrainingSettings {
        var settings = recorded ?? defaults
        if recorded == nil { settings.batch = min(settings.batch, batches.largestUnasked) }
        // Who asks for other epochs asks for their schedule.
        if let epochs, epochs != settings.epochs { settings.fit = nil }
        settings.epochs = epochs ?? settings.epochs
        settings.batch = batch ?? settings.batch
        settings.optimizer.kind = optimizer ?? settings.optimizer.kind
        settings.optimizer.learningRate = lr.all ?? settings.optimizer.learningRate
        if !lr.some.isEmpty { settings.parameters.rates = lr.some }
        if !freeze.isEmpty { settings.parameters.frozen = freeze }
        settings.optimizer.momentum = momentum ?? settings.optimizer.momentum
        settings.optimizer.weightDecay = weightDecay ?? settings.optimizer.weightDecay
        settings.initialValues = initialValues ?? settings.initialValues
        settings.seed = seed ?? settings.seed
        settings.augmentation = augmentation.resolved(over: settings.augmentation)
        try settings.checkRanges()
        settings.steps = try steps.resolved(over: settings.steps, epochs: settings.epochs)
        settings.stopping = stopping.resolved(over: settings.stopping)
        if let recorded { try Self.checkUnchanged(recorded, settings) }
        settings.steps.parts = try batches.parts(of: settings.batch)
        try batches.check(microBatches: settings.steps.microBatches, batch: settings.batch)
        if let recorded, recorded.steps.parts != settings.steps.parts {
            throw TrainerError(
                "the run took its batches in \(Text.count(recorded.steps.parts, "part")), and this trainer would take "
                    + "\(settings.steps.parts), which rounds otherwise",
                hint: "go on with the trainer of that run, or compile the graph with the same --batch and --memory")
        }
        guard optimizers.contains(settings.optimizer.kind.rawValue) else {
            throw TrainerError(
                "this trainer was compiled without the optimizer \(settings.optimizer.kind.rawValue); it has "
                    + (optimizers.isEmpty ? "none" : optimizers.joined(separator: ", ")),
                hint: "compile the graph again")
        }
        return settings
    }

    /// Epochs, learning rate, weight decay and the rules for stopping may change from session to session; the rest makes
    /// it another run.
    private static func checkUnchanged(_ old: TrainingSettings, _ new: TrainingSettings) throws {
        let pairs =
            [
                ("--batch", "\(old.batch)", "\(new.batch)"), ("--seed", "\(old.seed)", "\(new.seed)"),
                ("--optimizer", old.optimizer.kind.rawValue, new.optimizer.kind.rawValue),
                ("--momentum", "\(old.optimizer.momentum)", "\(new.optimizer.momentum)"),
                ("--init", old.initialValues.rawValue, new.initialValues.rawValue),
                ("--augment", "\(old.augmentation)", "\(new.augmentation)"),
                (
                    "--freeze", old.parameters.frozen.map(\.text).joined(separator: " "),
                    new.parameters.frozen.map(\.text).joined(separator: " ")
                ),
            ] + StepFlags.fixed(old.steps, new.steps)
        guard let (flag, before, now) = pairs.first(where: { $0.1 != $0.2 }) else { return }
        throw TrainerError(
            "--resume continues a run as it was started, found \(flag) \(now) instead of \(before)",
            hint: "leave out \(flag), or start a new run with another --out")
    }
}
