import Imaging
import Predictions
import Reporting
import TrainerSupport

/// What a run's observers are told.
extension TrainingRun {
    func beginLogs() throws {
        try writing { try logs.begin(RunSession(files: files, record: record, log: log)) }
    }

    func logStep(loss: Double, learningRate: Double) throws {
        let step = StepReport(
            step: record.progress.step, epoch: record.progress.epoch + 1, loss: loss,
            learningRate: learningRate, seconds: seconds)
        try writing { try logs.step(step) }
    }

    func report(of row: MetricsRow, imagesPerSecond: Double) throws -> EpochReport {
        var samples: Bitmap?
        try sampleBudget.spend(isDue: row.epoch == epochs) {
            do { samples = try drawnSamples() } catch is Interrupted {}
        }
        return EpochReport(
            row: row, task: task, record: record, log: log,
            learningRate: scalars(step: max(1, record.progress.step)).learningRate,
            imagesPerSecond: imagesPerSecond, samples: samples)
    }

    /// Writes the report of the run as it is now, with its pictures.
    /// - Throws: as `drawCurves`.
    func writeReport(_ description: RunDescription, best: TestResult?) throws {
        let matrix = best?.confusion
        try writing {
            try RunReport(
                record: record, log: log, description: description, files: files,
                samples: try? FileSystem.head(of: files.samples, count: .max),
                confusion: matrix.flatMap { _ in try? FileSystem.head(of: files.confusion, count: .max) },
                classTable: matrix?.table(names), written: best?.written
            ).write(to: files.report)
        }
    }
}
