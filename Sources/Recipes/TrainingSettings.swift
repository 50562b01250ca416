import Base
import Runtime
import TrainerSupport

/// How to train; a run remembers it.
package struct TrainingSettings: Hashable, Sendable {
    package var optimizer = OptimizerSettings()
    package var parameters = ParameterSettings()
    package var steps = StepSettings()
    package var epochs = 20
    package var batch = 16
    package var initialValues = InitialValueRule.he
    package var seed: UInt64 = 0
    /// How training pictures are changed, drawn anew in each epoch.
    package var augmentation = AugmentationSettings.standard
    package var stopping = StoppingRules()
    /// What a budget of time has made of the schedule; nil where all epochs are trained.
    package var fit: ScheduleFit?

    package init(
        optimizer: OptimizerSettings = OptimizerSettings(), steps: StepSettings = StepSettings(), epochs: Int = 20,
        batch: Int = 16, initialValues: InitialValueRule = .he, seed: UInt64 = 0,
        augmentation: AugmentationSettings = .standard, stopping: StoppingRules = StoppingRules()
    ) {
        self.optimizer = optimizer
        self.steps = steps
        self.epochs = epochs
        self.batch = batch
        self.initialValues = initialValues
        self.seed = seed
        self.augmentation = augmentation
        self.stopping = stopping
    }

    /// More than anyone trains; what is counted with them stays far from overflowing.
    package static let mostEpochs = 1_000_000_000
    package static let mostPictures = 65_536

    /// - Throws: `TrainerError` for numbers that no training has, wherever they come from.
    package func checkRanges() throws {
        for (name, value, most) in [
            ("epochs", epochs, Self.mostEpochs), ("batch", batch, Self.mostPictures),
            ("accumulate", steps.accumulate, Self.mostPictures),
        ] where !(1...most).contains(value) {
            throw TrainerError(
                "\(name): expected a number from 1 to \(most), found \(value)",
                hint: "give another --\(name), or change the graph's train block")
        }
    }

    /// The numbers of step `step`, counted from 1.
    package func scalars(step: Int, stepsPerEpoch: Int, plateau: PlateauState) -> StepScalars {
        var scalars = optimizer.scalars(step: step)
        let curve = RateCurve(
            schedule: steps.schedule, warmup: steps.warmup, stepsPerEpoch: stepsPerEpoch,
            epochs: scheduledEpochs(at: step - 1))
        let (factor, momentum) = curve.values(at: step - 1)
        scalars.learningRate *= factor * plateau.factor
        if case .plateau(let rule) = steps.schedule {
            scalars.learningRate = max(scalars.learningRate, min(rule.lowestRate, optimizer.learningRate))
        }
        if let momentum, optimizer.hasMomentum { scalars.beta1 = momentum }
        scalars.seed = seed
        return scalars
    }

    /// Pictures whose gradients make a step.
    package var samplesPerStep: Int { batch * steps.accumulate }

    /// Pictures of a run of the net at most.
    package var part: Int { (batch + steps.parts - 1) / steps.parts }

    /// A step's pictures as the net takes them: for each batch its pieces, of which some are empty where there are fewer pictures.
    /// What is added up one after the other counts as a batch of one piece.
    package func pieces<Element>(of step: [Element]) -> [[[Element]]] {
        let batches = step.chunks(of: batch)
        guard steps.microBatches > 1 else { return batches.flatMap { $0.chunks(of: part).map { [$0] } } }
        return batches.map { batch in
            (0..<steps.cuts).map { piece in
                Array(batch[piece * batch.count / steps.cuts..<(piece + 1) * batch.count / steps.cuts])
            }
        }
    }

    /// `adamw, lr 0.002, one-cycle, batch 16, 20 epochs`.
    package var summary: String {
        var parts = [optimizer.kind.rawValue, "lr \(optimizer.learningRate)"]
        parts += parameters.rates.map { "lr \($0.learningRate) of \($0.pattern)" }
        if !parameters.frozen.isEmpty { parts.append("\(parameters.frozen.map(\.text).joined(separator: " ")) frozen") }
        if steps.schedule != .constant { parts.append(steps.schedule.name) }
        if steps.warmup > 0 { parts.append("warm-up \(Text.plain(steps.warmup))") }
        parts.append(
            "batch \(batch)" + (steps.accumulate > 1 ? " x \(steps.accumulate)" : "")
                + (steps.microBatches > 1
                    ? " in \(steps.cuts) micro-batches" : steps.parts > 1 ? " in \(steps.parts) parts" : ""))
        if let clip = steps.clip { parts.append("clip \(Text.plain(clip))") }
        if let ema = steps.ema { parts.append("ema \(ema)") }
        parts.append(Text.count(epochs, "epoch") + (fit.map { ", fitted to \($0.epochs)" } ?? ""))
        return parts.joined(separator: ", ")
    }
}

extension TrainingSettings: RecordPart {
    package var metadata: [(String, String)] {
        optimizer.metadata + steps.metadata + [
            ("epochs", "\(epochs)"), ("batch", "\(batch)"), ("init", initialValues.rawValue), ("seed", "\(seed)"),
            ("augment", augmentation.description), ("schedule_fit", fit?.description ?? ""),
        ] + stopping.metadata + parameters.metadata
    }

    package init(_ fields: RecordFields) throws {
        optimizer = try OptimizerSettings(fields)
        steps = try StepSettings(fields)
        epochs = try fields.value("epochs")
        batch = try fields.value("batch")
        initialValues = try fields.choice("init")
        seed = try fields.value("seed")
        // Earlier checkpoints know of nothing but flips.
        augmentation =
            fields.has("augment")
            ? try AugmentationSettings(parsing: fields.text("augment"))
            : AugmentationSettings(flip: try fields.value("flips"))
        stopping = try StoppingRules(fields)
        fit = try fields.valueOrNone("schedule_fit")
        parameters = try ParameterSettings(fields)
    }
}
