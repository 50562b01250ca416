import Nets
import Predictions
import Recipes
import Reporting
import Tasks

/// What a run has come to: what its checkpoint says, and the numbers of its epochs.
struct RunState {
    var record: RunRecord
    var log: MetricsLog

    var progress: RunProgress { record.progress }
    var settings: TrainingSettings { record.settings }
    var task: TrainingTask { log.task }

    /// An epoch that is done and tested.
    struct ClosedEpoch {
        var row: MetricsRow
        /// Better than all before it; without tests every one is.
        var isBest: Bool
        /// Whether its results have lowered the learning rate.
        var isOnPlateau: Bool
    }

    /// Ends the epoch under way.
    /// - Parameters:
    ///   - scores: of its test; nil without test pictures.
    ///   - seconds: since the start of training, pauses left out.
    /// - Throws: `TrainerError` when the settings name a criterion that the task does not have.
    mutating func closeEpoch(_ scores: TestScores?, seconds: Double) throws -> ClosedEpoch {
        let trainLoss = progress.lossSum / Double(max(1, progress.samples))
        record.progress.epoch += 1
        record.progress.stepInEpoch = 0
        record.progress.lossSum = 0
        record.progress.samples = 0
        let criterion = try task.criterion(settings.stopping.bestBy)
        let quality = scores.map(criterion.quality)
        let isBest = quality.map { criterion.isBetter($0, than: progress.best) } ?? true
        if isBest {
            record.progress.bestEpoch = progress.epoch
            record.progress.best = quality
        }
        var isOnPlateau = false
        if case .plateau(let rule) = settings.steps.schedule {
            // Without tests, what is learnt has to do.
            let known = quality ?? Quality(value: nil, loss: trainLoss)
            isOnPlateau = record.progress.plateau.add(known, criterion, rule)
        }
        let row = MetricsRow(
            epoch: progress.epoch, step: progress.step, trainLoss: trainLoss, test: scores, seconds: seconds)
        log.rows.append(row)
        return ClosedEpoch(row: row, isBest: isBest, isOnPlateau: isOnPlateau)
    }
}
