import FileAccess
import Imaging
import Nets
import Predictions
import Reporting
import Runtime
import Tasks
import TrainerSupport

/// The pictures of a run.
extension TrainingRun {
    /// Writes the chart of the epochs so far.
    /// - Throws: `TrainerError` that says what is saved all the same.
    func drawCurves() throws {
        try writing { try RunFigures.curves(log, title: record.graphName).writePNG(to: files.curves) }
    }

    /// Writes the samples that show how well the net does, unless a signal comes.
    /// - Throws: as `drawCurves`.
    func drawSamples() throws {
        let figure: Bitmap
        do { figure = try drawnSamples() } catch is Interrupted { return }
        try writing { try figure.writePNG(to: files.samples) }
    }

    /// Pictures from all over the test pictures, what is true of them and what the net as it is predicts.
    /// - Throws: `RuntimeError` when the net cannot run; `Interrupted`.
    func drawnSamples() throws -> Bitmap {
        if let latestSamples, latestSamples.step == record.progress.step { return latestSamples.figure }
        let all = data.testing.isEmpty ? data.training : data.testing
        // From all over, since neighbours in name order may be alike.
        let count = min(6, all.count)
        let shown = (0..<count).map { all[$0 * all.count / count] }
        let figure = try net.withAverage {
            try RunFigures.samples(shown, of: data, net: net, names: names, cell: 192)
        }
        latestSamples = (record.progress.step, figure)
        return figure
    }

    /// Tests the best weights once more, for what the epochs' tests leave out; the net has them after that.
    /// - Parameter measuresWritten: also measures masks as `predict` writes them.
    /// - Returns: nil where there is nothing more to be told, without test pictures, and when a signal comes.
    /// - Throws: `TrainerError` or `RuntimeError` when weights or pictures cannot be read.
    func testBest(measuresWritten: Bool) throws -> TestResult? {
        let isMeasured = measuresWritten && WrittenEvaluation(data) != nil
        guard task.classes != nil || isMeasured, !data.testing.isEmpty, FileSystem.isFile(files.best) else {
            return nil
        }
        try Checkpoint(path: files.best).restoreWeights(net.parameters)
        return try test(
            net, on: data.testing, of: data, measuresWritten: isMeasured,
            isInterrupted: { interruption.isRequested })
    }

    /// Writes how often the best weights take which class for which.
    /// - Throws: as `drawCurves`.
    func draw(_ matrix: ConfusionMatrix) throws {
        let title = "\(record.graphName), epoch \(record.progress.bestEpoch)\(log.sizeText)"
        let figure = RunFigures.confusion(matrix, names: names, title: title)
        try writing { try figure.writePNG(to: files.confusion) }
    }

    /// Writes what the best weights reach, for programs.
    /// - Throws: as `drawCurves`.
    func writeBest(_ result: TestResult?) throws {
        guard let scores = log.rows.first(where: { $0.epoch == record.progress.bestEpoch })?.test else { return }
        let criterion = try task.criterion(settings.stopping.bestBy)
        let best = BestScores(
            epoch: record.progress.bestEpoch, criterion: criterion, task: task, size: data.shape.testedSize,
            scores: scores, written: result?.written)
        try writing { try FileWriter.write(files.bestScores, text: best.text) }
    }
}
