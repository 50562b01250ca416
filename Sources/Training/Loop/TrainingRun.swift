import Imaging
import Runtime

/// Trains a net from where its record says, epoch by epoch, and writes down what comes of it.
final class TrainingRun {
    /// Why a session of the run ended.
    enum Ending: Hashable {
        /// All epochs are done.
        case finished
        /// Training is done before its last epoch, for the reason that is given.
        case early(String)
        /// A signal came, or the time is up; everything is saved.
        case interrupted(isTimeUp: Bool)
    }

    let net: Net
    let data: DataSet
    let names: ClassNames
    let files: RunFiles
    private(set) var record: RunRecord
    private(set) var log: MetricsLog
    let console: Console
    let interruption: Interruption
    /// Steps between checkpoints within an epoch; nil for none.
    private let checkpointEvery: Int?
    /// Seconds after which a session ends; nil for none.
    private let secondsAllowed: Double?
    /// Seconds of earlier sessions of this run.
    private let earlierSeconds: Double
    let sessionStart = monotonicSeconds()
    private(set) var sessionSteps = 0
    var lastDrawn = 0.0

    init(
        net: Net, data: DataSet, names: ClassNames, files: RunFiles, record: RunRecord, log: MetricsLog,
        console: Console,
        interruption: Interruption, checkpointEvery: Int?, secondsAllowed: Double? = nil
    ) {
        self.net = net
        self.data = data
        self.names = names
        self.files = files
        self.record = record
        self.log = log
        self.console = console
        self.interruption = interruption
        self.checkpointEvery = checkpointEvery
        self.secondsAllowed = secondsAllowed
        earlierSeconds = log.rows.last?.seconds ?? 0
    }

    var settings: TrainingSettings { record.settings }
    var task: TrainingTask { data.shape.task }

    /// Trains until all epochs are done, the rules for stopping say so, the time is up or a signal comes.
    /// - Throws: `TrainerError` when the loss is no longer a number or nothing can be saved; the last checkpoint stays.
    func run() throws -> Ending {
        defer { console.clear() }
        while record.progress.epoch < settings.epochs {
            let scores = log.rows.last?.test
            if let reason = try settings.stopping.reason(record.progress, scores: scores, task: task) {
                return .early(reason)
            }
            // Not before the first step of a session, so that every session gets on.
            if sessionSteps > 0, let ending = endingAsked() { return ending }
            let start = monotonicSeconds()
            let seenBefore = record.progress.samples
            if let ending = try trainEpoch() { return try stop(ending) }
            let speed = Double(record.progress.samples - seenBefore) / (monotonicSeconds() - start)
            let result = try net.withAverage {
                try test(net, on: data.testing, of: data, isInterrupted: { interruption.isRequested })
            }
            if result == nil && !data.testing.isEmpty { return try stop(.interrupted(isTimeUp: false)) }
            try closeEpoch(result?.scores, imagesPerSecond: max(0, speed))
        }
        return .finished
    }

    /// What to end with when a signal came or the time is up; nil while there is neither.
    private func endingAsked() -> Ending? {
        if interruption.isRequested { return .interrupted(isTimeUp: false) }
        guard let secondsAllowed, monotonicSeconds() - sessionStart >= secondsAllowed else { return nil }
        return .interrupted(isTimeUp: true)
    }

    /// The steps of an epoch, each of so many batches as are accumulated; the last may have fewer, and smaller ones.
    var stepsPerEpoch: Int {
        let batches = (data.training.count + settings.batch - 1) / settings.batch
        return (batches + settings.steps.accumulate - 1) / settings.steps.accumulate
    }

    /// The rest of the epoch under way.
    /// - Returns: what to end with when it was not done to its end.
    private func trainEpoch() throws -> Ending? {
        let draw = EpochDraw(seed: settings.seed, epoch: record.progress.epoch + 1)
        let steps = draw.order(data.training).chunks(of: settings.batch).chunks(of: settings.steps.accumulate)
        let rest = steps.dropFirst(record.progress.stepInEpoch)
        let producer = try BatchProducer(
            maker: BatchMaker(data: data), batches: rest.flatMap { $0 }, flips: settings.flips ? draw : nil)
        let start = monotonicSeconds()
        var seen = 0
        for batches in rest {
            let made = batches.compactMap { _ in producer.next() }
            guard made.count == batches.count else { break }
            try step(made)
            seen += batches.reduce(0) { $0 + $1.count }
            drawProgress(steps: steps.count, imagesPerSecond: Double(seen) / (monotonicSeconds() - start))
            // After the last step an epoch that is tested is worth more to whoever is short of time.
            if interruption.isRequested { return endingAsked() }
            guard record.progress.stepInEpoch < steps.count else { break }
            if let ending = endingAsked() { return ending }
            if let checkpointEvery, record.progress.step % checkpointEvery == 0 { try save {} }
        }
        return nil
    }

    private func step(_ batches: [Batch]) throws {
        let scalars = settings.scalars(
            step: record.progress.step + 1, stepsPerEpoch: stepsPerEpoch, plateau: record.progress.plateau)
        let result = try net.step(batches, settings: settings.steps, scalars: scalars)
        guard result.isFinite else {
            throw diverged(
                result.loss.isFinite
                    ? "the norm of the gradients became \(result.gradientNorm ?? .nan)"
                    : "the loss became \(result.loss.isNaN ? "nan" : "\(result.loss)")")
        }
        let samples = batches.reduce(0) { $0 + $1.pictures.count }
        record.progress.step += 1
        record.progress.stepInEpoch += 1
        record.progress.lossSum += result.loss * Double(samples)
        record.progress.samples += samples
        sessionSteps += 1
    }

    /// Tests are written down before the checkpoint: what a kill in between leaves too much, `--resume` drops.
    private func closeEpoch(_ scores: TestScores?, imagesPerSecond: Double) throws {
        let trainLoss = record.progress.lossSum / Double(max(1, record.progress.samples))
        record.progress.epoch += 1
        record.progress.stepInEpoch = 0
        record.progress.lossSum = 0
        record.progress.samples = 0
        let criterion = try task.criterion(settings.stopping.bestBy)
        let quality = scores.map(criterion.value)
        let isBest =
            record.progress.bestEpoch == 0
            || quality.map { criterion.isBetter($0, than: record.progress.bestQuality) } ?? true
        if isBest {
            record.progress.bestEpoch = record.progress.epoch
            record.progress.bestQuality = quality ?? 0
        }
        if case .plateau(let rule) = settings.steps.schedule {
            // Without tests, what is learnt has to do.
            let isLower = record.progress.plateau.add(
                quality ?? trainLoss, isMoreBetter: quality != nil && criterion.isMoreBetter, rule)
            if isLower { reportPlateau() }
        }
        let row = MetricsRow(
            epoch: record.progress.epoch, step: record.progress.step, trainLoss: trainLoss, test: scores,
            seconds: earlierSeconds + monotonicSeconds() - sessionStart)
        log.rows.append(row)
        try save {
            if isBest {
                try net.withAverage { try Checkpoint(path: files.best).saveWeights(net.parameters, record: record) }
            }
            try log.write(to: files.metrics)
        }
        try drawCurves()
        report(row, imagesPerSecond)
    }

    private func stop(_ ending: Ending) throws -> Ending {
        try save {}
        return ending
    }
}
