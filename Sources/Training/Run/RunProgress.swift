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
    /// The best of what `--best-by` names so far, and the epoch that reached it; 0 for none.
    var bestQuality = 0.0
    var bestEpoch = 0
    /// Where the schedule of that name stands.
    var plateau = PlateauState()

    /// Begins anew to look for the best, by another measure.
    mutating func forgetBest() {
        bestQuality = 0
        bestEpoch = 0
        plateau.best = nil
        plateau.idle = 0
    }
}

extension RunProgress: RecordPart {
    var metadata: [(String, String)] {
        [
            ("epoch", "\(epoch)"), ("step", "\(step)"), ("step_in_epoch", "\(stepInEpoch)"),
            ("loss_sum", "\(lossSum)"), ("samples", "\(samples)"), ("best_quality", "\(bestQuality)"),
            ("best_epoch", "\(bestEpoch)"),
        ] + plateau.metadata
    }

    init(_ fields: RecordFields) throws {
        epoch = try fields.value("epoch")
        step = try fields.value("step")
        stepInEpoch = try fields.value("step_in_epoch")
        lossSum = try fields.value("loss_sum")
        samples = try fields.value("samples")
        bestQuality = try fields.value("best_quality")
        bestEpoch = try fields.value("best_epoch")
        plateau = try PlateauState(fields)
    }
}
