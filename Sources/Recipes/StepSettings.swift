import Runtime

/// What a step is made of besides the optimiser; all of it is the same for a whole run.
package struct StepSettings: Hashable, Sendable {
    package var schedule = Schedule.constant
    /// Epochs in which the learning rate rises to what the schedule says.
    package var warmup = 0.0
    /// The largest norm that all gradients together may have; nil for any.
    package var clip: Double?
    /// Batches whose gradients make a step.
    package var accumulate = 1
    /// Parts of a batch that go through the net one after the other, because the net takes no more at once.
    package var parts = 1
    /// Parts of a batch whose gradients are added up in pairs, so that processes can share them out: the sum is the same whoever
    /// computes which. With 1 the parts of a batch are added up one after the other.
    package var microBatches = 1
    /// How much of the moving average of the parameters stays in a step; nil for none.
    package var ema: Double?

    /// Runs of the net whose gradients make a step.
    package var runs: Int { accumulate * cuts }

    /// Pieces of a batch.
    package var cuts: Int { max(parts, microBatches) }

    /// Gradients that are added up in pairs: one for each micro-batch of all batches of a step.
    package var leaves: Int { microBatches > 1 ? cuts : 1 }

    /// Memory that a net needs for that. Where a step is one run, without clipping, gradients need none of their own.
    package var extras: TrainingExtras {
        TrainingExtras(sumsGradients: clip != nil || runs > 1, averagesParameters: ema != nil)
    }

    /// What the parameters count in their average after `step` steps: more at first, so that initial weights are soon
    /// forgotten, as in TensorFlow's `ExponentialMovingAverage`.
    package func averageWeight(step: Int) -> Double {
        let early = (1 + Double(step)) / (10 + Double(step))
        return 1 - min(ema ?? 0, early)
    }
}

extension StepSettings: RecordPart {
    package var metadata: [(String, String)] {
        [
            ("schedule", schedule.description), ("warmup", "\(warmup)"), ("clip", clip.map { "\($0)" } ?? ""),
            ("accumulate", "\(accumulate)"), ("parts", "\(parts)"), ("micro_batches", "\(microBatches)"),
            ("ema", ema.map { "\($0)" } ?? ""),
        ]
    }

    package init(_ fields: RecordFields) throws {
        schedule = try Schedule(parsing: fields.value("schedule", before: "constant"))
        warmup = try fields.value("warmup", before: 0)
        clip = try fields.valueOrNone("clip")
        accumulate = try fields.value("accumulate", before: 1)
        parts = try fields.value("parts", before: 1)
        microBatches = try fields.value("micro_batches", before: 1)
        ema = try fields.valueOrNone("ema")
    }
}
