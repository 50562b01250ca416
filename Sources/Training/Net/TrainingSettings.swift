import Base
import Runtime

/// How to train; a run remembers it.
struct TrainingSettings: Hashable, Sendable {
    var optimizer = OptimizerSettings()
    var steps = StepSettings()
    var epochs = 20
    var batch = 16
    var initialValues = InitialValueRule.he
    var seed: UInt64 = 0
    /// How training pictures are changed, drawn anew in each epoch.
    var augmentation = AugmentationSettings.standard
    var stopping = StoppingRules()

    /// More than anyone trains; what is counted with them stays far from overflowing.
    static let mostEpochs = 1_000_000_000
    static let mostPictures = 65_536

    /// - Throws: `TrainerError` for numbers that no training has, wherever they come from.
    func checkRanges() throws {
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
    func scalars(step: Int, stepsPerEpoch: Int, plateau: PlateauState) -> StepScalars {
        var scalars = optimizer.scalars(step: step)
        let curve = RateCurve(
            schedule: steps.schedule, warmup: steps.warmup, stepsPerEpoch: stepsPerEpoch, epochs: epochs)
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
    var samplesPerStep: Int { batch * steps.accumulate }

    /// Pictures of a run of the net at most.
    var part: Int { (batch + steps.parts - 1) / steps.parts }

    /// A step's pictures as the net takes them.
    func runs<Element>(of step: [Element]) -> [[Element]] {
        step.chunks(of: batch).flatMap { $0.chunks(of: part) }
    }

    /// What the plans and the memory of a net have to be made for.
    var use: Net.Use { .training(optimizer.kind, extras) }

    /// Memory that a net needs for its steps. A norm of all gradients needs all of them in sums.
    private var extras: TrainingExtras {
        var extras = steps.extras
        if steps.clip == nil { extras.stepSamples = samplesPerStep }
        return extras
    }

    /// What a net that is trained so takes.
    /// - Throws: `RuntimeError` for a model without a training plan.
    func memory(_ model: Model, threads: Int) throws -> MemoryUse {
        try MemoryUse(
            model: model, plans: Net.plans(use), threads: threads, optimizer: optimizer.kind.rawValue,
            extras: extras, preparedWeights: .recomputed)
    }

    /// `adamw, lr 0.002, one-cycle, batch 16, 20 epochs`.
    var summary: String {
        var parts = [optimizer.kind.rawValue, "lr \(optimizer.learningRate)"]
        if steps.schedule != .constant { parts.append(steps.schedule.name) }
        if steps.warmup > 0 { parts.append("warm-up \(Text.plain(steps.warmup))") }
        parts.append(
            "batch \(batch)" + (steps.accumulate > 1 ? " x \(steps.accumulate)" : "")
                + (steps.parts > 1 ? " in \(steps.parts) parts" : ""))
        if let clip = steps.clip { parts.append("clip \(Text.plain(clip))") }
        if let ema = steps.ema { parts.append("ema \(ema)") }
        parts.append(Text.count(epochs, "epoch"))
        return parts.joined(separator: ", ")
    }
}

extension TrainingSettings: RecordPart {
    var metadata: [(String, String)] {
        optimizer.metadata + steps.metadata + [
            ("epochs", "\(epochs)"), ("batch", "\(batch)"), ("init", initialValues.rawValue), ("seed", "\(seed)"),
            ("augment", augmentation.description),
        ] + stopping.metadata
    }

    init(_ fields: RecordFields) throws {
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
    }
}
