import DataSets
import FileAccess
import Imaging
import Nets
import Predictions
import Reporting
import Tasks
import TrainerSupport

/// What a run leaves beside its weights: pictures, a page, and what the best weights reach.
struct RunResults {
    let net: Net
    let data: DataSet
    let state: RunState
    let writer: RunWriter
    let figures: SampleFigures
    let interruption: Interruption

    /// What classes are called.
    var names: ClassNames { figures.names }
    private var files: RunFiles { writer.files }

    /// Writes the chart of the epochs so far.
    /// - Throws: `TrainerError` that says what is saved all the same.
    func drawCurves() throws {
        try writer.writing {
            try RunFigures.curves(state.log, title: state.record.graphName).writePNG(to: files.curves)
        }
    }

    /// Writes the samples that show how well the net does, unless a signal comes.
    /// - Throws: as `drawCurves`.
    func drawSamples() throws {
        let figure: Bitmap
        do { figure = try figures.drawn(behind: state.progress.step) } catch is Interrupted { return }
        try writer.writing { try figure.writePNG(to: files.samples) }
    }

    /// Tests the best weights once more, for what the epochs' tests leave out; the net has them after that.
    /// - Parameter measuresWritten: also measures masks as `predict` writes them.
    /// - Returns: nil where there is nothing more to be told, without test pictures, and when a signal comes.
    /// - Throws: `TrainerError` or `RuntimeError` when weights or pictures cannot be read.
    func testBest(measuresWritten: Bool) throws -> TestResult? {
        let isMeasured = measuresWritten && (data.patches != nil || WrittenEvaluation(data) != nil)
        guard state.task.partCount != nil || isMeasured, !data.testing.isEmpty, FileSystem.isFile(files.best) else {
            return nil
        }
        try Checkpoint(path: files.best).restoreWeights(net.parameters)
        return try test(
            net, on: data.testing, of: data, measuring: isMeasured ? MeasureSettings() : nil,
            isInterrupted: { interruption.isRequested })
    }

    /// Draws the worst pictures, those in the middle and the best, of the best weights, which the net has.
    /// - Parameter written: of all test pictures.
    /// - Returns: nil where nothing was measured, and when a signal comes.
    /// - Throws: as `testBest`; `ImageError` when the memory does not suffice.
    func gallery(_ written: WrittenScores) throws -> PictureGallery? {
        let choice = PictureChoice(written.pictures)
        guard !choice.places.isEmpty, written.pictures.count == data.testing.count else { return nil }
        let settings = MeasureSettings(drawn: choice.places.count, drawnSide: 420)
        let result = try test(
            net, on: choice.places.map { data.testing[$0] }, of: data, measuring: settings,
            isInterrupted: { interruption.isRequested })
        guard let sheet = result?.written?.worst else { return nil }
        return try PictureGallery(choice, of: written.pictures, sheet)
    }

    /// Writes how often the best weights take which class for which.
    /// - Throws: as `drawCurves`.
    func draw(_ matrix: ConfusionMatrix) throws {
        let title = "\(state.record.graphName), epoch \(state.progress.bestEpoch)\(state.log.sizeText)"
        let figure = RunFigures.confusion(matrix, names: names, title: title)
        try writer.writing { try figure.writePNG(to: files.confusion) }
    }

    /// Writes what the best weights reach, for programs.
    /// - Throws: as `drawCurves`.
    func writeBest(_ result: TestResult?) throws {
        let epoch = state.progress.bestEpoch
        guard let scores = state.log.rows.first(where: { $0.epoch == epoch })?.test else { return }
        let best = BestScores(
            epoch: epoch, criterion: try state.task.criterion(state.settings.stopping.bestBy), task: state.task,
            size: data.patches == nil ? data.shape.testedSize : nil, scores: scores, written: result?.written)
        try writer.writing { try FileWriter.write(files.bestScores, text: best.text) }
    }

    /// Draws Dice against thresholds, and stores the best one with the best weights, which the net has.
    /// - Throws: as `drawCurves`; `TrainerError` when the best weights cannot be read.
    func keepThreshold(_ curve: ThresholdCurve) throws {
        guard let best = curve.best else { return }
        var record = try Checkpoint(path: files.best).record(for: net.model)
        record.threshold = best.threshold
        let title = "\(state.record.graphName), epoch \(state.progress.bestEpoch), own size"
        try writer.writing {
            try RunFigures.thresholds(curve, title: title).writePNG(to: files.thresholds)
            try Checkpoint(path: files.best).saveWeights(net.parameters, record: record)
        }
    }

    /// Writes what was measured of each picture.
    /// - Throws: as `drawCurves`.
    func writeTable(_ written: WrittenScores) throws {
        try writer.writing {
            try PictureTable(written.pictures, task: state.task, names: names).write(to: files.pictures)
        }
    }

    /// Writes the report of the run as it is now, with its pictures.
    /// - Throws: as `drawCurves`.
    func writeReport(
        _ description: RunDescription, _ ending: ReportState, best: TestResult?, gallery: PictureGallery?
    ) throws {
        let matrix = best?.confusion
        try writer.writing {
            try RunReport(
                record: state.record, log: state.log, description: description, files: files,
                samples: try? FileSystem.head(of: files.samples, count: .max),
                confusion: matrix.flatMap { _ in try? FileSystem.head(of: files.confusion, count: .max) },
                classTable: matrix?.table(names) ?? best?.labels?.table(names), written: best?.written,
                gallery: gallery, split: SplitNames(data), state: ending
            ).write(to: files.report)
        }
    }
}
