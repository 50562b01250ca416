import DataSets
import Imaging
import Tasks

/// How predictions are measured at the pictures' own size.
package struct MeasureSettings: Hashable, Sendable {
    /// A pixel is object from this probability on.
    package var threshold: Float
    /// Of whole pictures; tiles have their own.
    package var flips: Flips
    package var postprocessing: Postprocessing
    /// Of the boundary F1 measure.
    package var tolerance: BoundaryTolerance
    /// Whether each picture is measured for itself, and not only all of them together.
    package var isEach: Bool
    /// How many of the worst pictures are drawn.
    package var drawn: Int
    /// Pixels of the longer side of a drawing.
    package var drawnSide: Int
    /// What else could be done to masks, to be compared.
    package var trials: [Postprocessing]

    package init(
        threshold: Float = 0.5, flips: Flips = .none, postprocessing: Postprocessing = .none,
        tolerance: BoundaryTolerance = .usual, isEach: Bool = true, drawn: Int = 0, drawnSide: Int = WorstSheet.cell,
        trials: [Postprocessing] = []
    ) {
        self.threshold = threshold
        self.flips = flips
        self.postprocessing = postprocessing
        self.tolerance = tolerance
        self.isEach = isEach
        self.drawn = drawn
        self.drawnSide = drawnSide
        self.trials = trials
    }

    /// What tests between epochs tell.
    package static let pooled = MeasureSettings(isEach: false)
}

/// What was measured of one picture.
struct EvaluatedPicture: Sendable {
    var sums: MeasureSums
    /// Of masks and of labels that overlap.
    var curve: ThresholdCurve?
    /// nil where pictures are not measured for themselves.
    var scores: PictureScores?
    /// The Dice of each of the settings' trials.
    var trials: [Double?] = []
    /// Drawn with what is right and wrong in it; nil where that is not wanted.
    var drawing: Bitmap?
}

/// Measures one picture by rows of what a net says of it at the picture's own size, wherever these come from.
struct PictureEvaluation {
    private let task: TrainingTask
    let size: PictureSize
    private let settings: MeasureSettings
    private let mask: OwnSizeMask?
    /// Instead of the mask, which it knows.
    private var measurement: PictureMeasurement?
    private var sums: MeasureSums
    private var curve: ThresholdCurve?
    private var row = 0
    /// The labels of all rows, where something is done to them as a whole.
    private var labels: [UInt8] = []

    /// - Parameter mask: the truth, at the picture's own size.
    init(_ task: TrainingTask, size: PictureSize, mask: OwnSizeMask, settings: MeasureSettings) {
        self.task = task
        self.size = size
        self.settings = settings
        self.mask = settings.isEach ? nil : mask
        measurement = settings.isEach ? PictureMeasurement(task, size: size, truth: mask.row) : nil
        sums = MeasureSums(task)
        curve = task.hasThreshold ? ThresholdCurve() : nil
    }

    /// Takes the next row, `[channels, width]`, 0 ... 1.
    mutating func add(_ values: UnsafeBufferPointer<Float>) {
        let truth = truth(row)
        let labels = task.labels(values, threshold: settings.threshold)
        if task.labels == nil { curve?.add(values, mask: truth) } else { curve?.add(values, bits: truth) }
        if settings.postprocessing.isNone { add(labels, truth) }
        if !settings.postprocessing.isNone || !settings.trials.isEmpty { self.labels += labels }
        row += 1
    }

    private func truth(_ row: Int) -> [UInt8] { measurement?.truth(row: row) ?? mask?.row(row) ?? [] }

    private mutating func add(_ labels: [UInt8], _ truth: [UInt8]) {
        sums.add(labels: labels, mask: truth)
        measurement?.add(labels)
    }

    /// Measures rows that have waited for all of them.
    private mutating func postprocess() {
        guard !settings.postprocessing.isNone else { return }
        settings.postprocessing.apply(to: &labels, width: size.width, task)
        for row in 0..<size.height {
            add(Array(labels[row * size.width..<(row + 1) * size.width]), truth(row))
        }
    }

    private func dice(_ trial: Postprocessing) -> Double? {
        var tried = labels
        trial.apply(to: &tried, width: size.width, task)
        var dice = PictureDice(task)
        for row in 0..<size.height {
            dice.add(labels: Array(tried[row * size.width..<(row + 1) * size.width]), mask: truth(row))
        }
        return dice.value
    }

    /// What was measured, once all rows have come.
    /// - Parameters:
    ///   - cutoff: draws the picture if it is worse than this one, or whatever it is without one.
    ///   - picture: reads it again, to be drawn.
    /// - Throws: `ImageError` when the picture cannot be read again.
    mutating func finish(
        name: String, cutoff: PictureScores?, picture: () throws -> PictureAgain
    ) throws -> EvaluatedPicture {
        let trials = settings.trials.map(dice)
        postprocess()
        labels = []
        var result = EvaluatedPicture(sums: sums, curve: curve, trials: trials)
        guard var measurement else { return result }
        // Let go of, so that it is not copied.
        self.measurement = nil
        let scores = measurement.finish(name: name, tolerance: settings.tolerance)
        result.scores = scores
        if settings.drawn > 0, cutoff.map(scores.isWorse) ?? true {
            result.drawing = try WorstSheet.drawing(
                of: picture(), size: size, side: settings.drawnSide, measurement.outcomes)
        }
        return result
    }
}

/// What was measured of pictures one after another.
struct EvaluationSums: Sendable {
    private(set) var measured: MeasureSums
    private(set) var curve: ThresholdCurve?
    private(set) var pictures: [PictureScores] = []
    private(set) var trials: [[Double?]] = []
    private(set) var worst: WorstSheet

    init(_ task: TrainingTask, _ settings: MeasureSettings) {
        measured = MeasureSums(task)
        // What becomes of a mask behind the threshold no curve tells.
        curve = task.hasThreshold && settings.postprocessing.isNone ? ThresholdCurve() : nil
        worst = WorstSheet(task: task, count: settings.drawn)
    }

    /// Pictures that are better than this one need not be drawn; nil while all are.
    var cutoff: PictureScores? { worst.cutoff }

    mutating func add(_ picture: EvaluatedPicture) {
        measured.add(picture.sums)
        if let theirs = picture.curve { curve?.add(theirs) }
        if !picture.trials.isEmpty { trials.append(picture.trials) }
        guard let scores = picture.scores else { return }
        pictures.append(scores)
        if let drawing = picture.drawing { worst.add(drawing, scores) }
    }

    var scores: WrittenScores {
        WrittenScores(
            values: measured.values, confusion: measured.confusion, labels: measured.labels, pictures: pictures,
            curve: curve, worst: worst,
            trials: trials)
    }
}
