import Tasks

/// How far a run is.
package struct RunProgress: Hashable, Sendable {
    /// Epochs that are complete, tested and written down.
    package var epoch = 0
    /// Steps of the optimiser, each of one batch, or of several with accumulation.
    package var step = 0
    /// Steps done in the epoch under way.
    package var stepInEpoch = 0
    /// Sum over the samples of the epoch under way of their batch's loss.
    package var lossSum = 0.0
    /// Samples seen in the epoch under way.
    package var samples = 0
    /// The best epoch so far by what `--best-by` names, and how good it was; 0 and nil for none. Without tests the latest epoch
    /// is the best, and nobody knows how good.
    package var best: Quality?
    package var bestEpoch = 0
    /// Where the schedule of that name stands.
    package var plateau = PlateauState()

    package init(
        epoch: Int = 0, step: Int = 0, stepInEpoch: Int = 0, lossSum: Double = 0.0, samples: Int = 0,
        best: Quality? = nil, bestEpoch: Int = 0, plateau: PlateauState = PlateauState()
    ) {
        self.epoch = epoch
        self.step = step
        self.stepInEpoch = stepInEpoch
        self.lossSum = lossSum
        self.samples = samples
        self.best = best
        self.bestEpoch = bestEpoch
        self.plateau = plateau
    }

    /// Begins anew to look for the best, by another measure.
    package mutating func forgetBest() {
        best = nil
        bestEpoch = 0
        plateau.best = nil
        plateau.idle = 0
    }
}

extension RunProgress: RecordPart {
    package var metadata: [(String, String)] {
        [
            ("epoch", "\(epoch)"), ("step", "\(step)"), ("step_in_epoch", "\(stepInEpoch)"),
            ("loss_sum", "\(lossSum)"), ("samples", "\(samples)"), ("best_epoch", "\(bestEpoch)"),
        ] + Quality.metadata(best, value: "best_quality", loss: "best_loss") + plateau.metadata
    }

    package init(_ fields: RecordFields) throws {
        epoch = try fields.value("epoch")
        step = try fields.value("step")
        stepInEpoch = try fields.value("step_in_epoch")
        lossSum = try fields.value("loss_sum")
        samples = try fields.value("samples")
        bestEpoch = try fields.value("best_epoch")
        // Earlier checkpoints say 0 where there is none.
        best = bestEpoch > 0 ? try Quality(fields, value: "best_quality", loss: "best_loss") : nil
        plateau = try PlateauState(fields)
    }
}
