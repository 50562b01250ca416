/// How far a run is.
struct RunProgress: Hashable, Sendable {
    /// Epochs that are complete, tested and written down.
    var epoch = 0
    /// Steps of the optimiser, each of one batch, or of several with accumulation.
    var step = 0
    /// Steps done in the epoch under way.
    var stepInEpoch = 0
    /// Sum over the samples of the epoch under way of their batch's loss.
    var lossSum = 0.0
    /// Samples seen in the epoch under way.
    var samples = 0
    /// The best epoch so far by what `--best-by` names, and how good it was; 0 and nil for none. Without tests the latest epoch
    /// is the best, and nobody knows how good.
    var best: Quality?
    var bestEpoch = 0
    /// Where the schedule of that name stands.
    var plateau = PlateauState()

    /// Begins anew to look for the best, by another measure.
    mutating func forgetBest() {
        best = nil
        bestEpoch = 0
        plateau.best = nil
        plateau.idle = 0
    }
}

extension RunProgress: RecordPart {
    var metadata: [(String, String)] {
        [
            ("epoch", "\(epoch)"), ("step", "\(step)"), ("step_in_epoch", "\(stepInEpoch)"),
            ("loss_sum", "\(lossSum)"), ("samples", "\(samples)"), ("best_epoch", "\(bestEpoch)"),
        ] + Quality.metadata(best, value: "best_quality", loss: "best_loss") + plateau.metadata
    }

    init(_ fields: RecordFields) throws {
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
