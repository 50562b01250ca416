import Runtime

/// How to train; a run remembers it.
struct TrainingSettings: Hashable, Sendable {
    var optimizer = OptimizerSettings()
    var epochs = 20
    var batch = 16
    var initialValues = InitialValueRule.he
    var seed: UInt64 = 0
    /// How training pictures are changed, drawn anew in each epoch.
    var augmentation = AugmentationSettings.standard

    /// The numbers of step `step`, counted from 1.
    func scalars(step: Int) -> StepScalars {
        var scalars = optimizer.scalars(step: step)
        scalars.seed = seed
        return scalars
    }
}

extension TrainingSettings: RecordPart {
    var metadata: [(String, String)] {
        optimizer.metadata + [
            ("epochs", "\(epochs)"), ("batch", "\(batch)"), ("init", initialValues.rawValue), ("seed", "\(seed)"),
            ("augment", augmentation.description),
        ]
    }

    init(_ fields: RecordFields) throws {
        optimizer = try OptimizerSettings(fields)
        epochs = try fields.value("epochs")
        batch = try fields.value("batch")
        initialValues = try fields.choice("init")
        seed = try fields.value("seed")
        // Earlier checkpoints know of nothing but flips.
        augmentation =
            fields.has("augment")
            ? try AugmentationSettings(parsing: fields.text("augment"))
            : AugmentationSettings(flip: try fields.value("flips"))
    }
}
