import Base
import DataSets
import Imaging
import Nets
import Predictions
import Recipes
import Reporting
import Runtime
import Tasks
import TrainerSupport

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

        /// Whether the run has come to its end.
        var isDone: Bool { if case .interrupted = self { false } else { true } }
    }

    let net: Net
    let data: DataSet
    let names: ClassNames
    let files: RunFiles
    var record: RunRecord
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
    /// Times the first steps, until the forecast is made; nil after that.
    var forecastMeter: SpeedMeter? = SpeedMeter(warmUp: 1)
    /// Of the epoch under way, what the forecast took.
    var forecastSeconds = 0.0
    let logs: RunLogs
    var sampleBudget = TimeBudget(share: 0.02)
    /// The latest pictures of samples, and the step behind which they were drawn.
    var latestSamples: (step: Int, figure: Bitmap)?
    /// True while steps are taken once more to find a fault; nothing is written then.
    var isReplaying = false
    /// The last epoch to train, where that is not the settings' last.
    let lastEpoch: Int?
    /// Whether steps run with poison in all memory that holds no value.
    private let isPoisoned: Bool
    /// Where it is noted what threads do; nil unless asked for.
    let profile: SessionProfile?
    /// Of the last epoch's time, the share that the steps waited for pictures.
    private(set) var waitShare = 0.0

    init(
        net: Net, data: DataSet, names: ClassNames, files: RunFiles, record: RunRecord, log: MetricsLog,
        console: Console, interruption: Interruption, checkpointEvery: Int?, secondsAllowed: Double? = nil,
        logs: RunLogs = RunLogs(), lastEpoch: Int? = nil, isPoisoned: Bool = false,
        profile: SessionProfile? = nil
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
        self.logs = logs
        self.lastEpoch = lastEpoch
        self.isPoisoned = isPoisoned
        self.profile = profile
        earlierSeconds = log.rows.last?.seconds ?? 0
    }

    var settings: TrainingSettings { record.settings }
    var task: TrainingTask { data.shape.task }
    /// How many to train.
    var epochs: Int { min(settings.epochs, lastEpoch ?? settings.epochs) }
    /// Since the start of training, pauses left out.
    var seconds: Double { earlierSeconds + monotonicSeconds() - sessionStart }

    /// Trains until all epochs are done, the rules for stopping say so, the time is up or a signal comes.
    /// - Throws: `TrainerError` when the loss is no longer a number or nothing can be saved; the last checkpoint stays.
    func run() throws -> Ending {
        defer {
            console.clear()
            endProfile()
        }
        try beginLogs()
        while record.progress.epoch < epochs {
            let scores = log.rows.last?.test
            if let reason = try settings.stopping.reason(record.progress, scores: scores, task: task) {
                return .early(reason)
            }
            // Not before the first step of a session, so that every session gets on.
            if sessionSteps > 0, let ending = endingAsked() { return ending }
            let start = monotonicSeconds()
            let seenBefore = record.progress.samples
            if let ending = try trainEpoch() { return try stop(ending) }
            let elapsed = monotonicSeconds() - start - forecastSeconds
            let speed = Double(record.progress.samples - seenBefore) / elapsed
            let result = try spans.measure(.validation) {
                try net.withAverage {
                    try test(net, on: data.testing, of: data, isInterrupted: { interruption.isRequested })
                }
            }
            if let fault = result?.fault { throw try untestable(fault) }
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
    var stepsPerEpoch: Int { (data.training.count + settings.samplesPerStep - 1) / settings.samplesPerStep }

    /// The numbers of a step, counted from 1.
    func scalars(step: Int) -> StepScalars {
        settings.scalars(step: step, stepsPerEpoch: stepsPerEpoch, plateau: record.progress.plateau)
    }

    /// The rest of the epoch under way.
    /// - Returns: what to end with when it was not done to its end.
    func trainEpoch() throws -> Ending? {
        let draw = EpochDraw(seed: settings.seed, epoch: record.progress.epoch + 1)
        let steps = draw.order(data.training).chunks(of: settings.samplesPerStep).map(settings.runs)
        let rest = steps.dropFirst(record.progress.stepInEpoch)
        let augmentation = EpochAugmentation(settings: settings.augmentation, draw: draw)
        approachProfile()
        let producer = try BatchProducer(
            maker: BatchMaker(data: data, augmentation: augmentation), batches: rest.flatMap { $0 }, spans: spans)
        forecastSeconds = 0
        let start = monotonicSeconds()
        var seen = 0
        var stepStart = start
        for batches in rest {
            approachProfile()
            // A step that lacks pictures has changed nothing yet.
            do {
                try step(batches.map(\.count), from: producer)
            } catch is Interrupted {
                return .interrupted(isTimeUp: false)
            }
            if !isReplaying { try forecast(since: &stepStart, stepsPerEpoch: steps.count) }
            seen += batches.reduce(0) { $0 + $1.count }
            let elapsed = monotonicSeconds() - start - forecastSeconds
            drawProgress(steps: steps.count, imagesPerSecond: Double(seen) / elapsed)
            if interruption.isRequested { return .interrupted(isTimeUp: false) }
            // After the last step an epoch that is tested is worth more to whoever is short of time.
            guard record.progress.stepInEpoch < steps.count else { break }
            if let ending = endingAsked() { return ending }
            if let checkpointEvery, !isReplaying, record.progress.step % checkpointEvery == 0 { try save {} }
        }
        waitShare = producer.waited / max(monotonicSeconds() - start - forecastSeconds, 1e-9)
        return nil
    }

    /// - Parameter sizes: samples of the batches that the step takes.
    private func step(_ sizes: [Int], from producer: BatchProducer) throws {
        let number = record.progress.step + 1
        let scalars = scalars(step: number)
        let result = try spans.measure(.step, number: number) {
            try net.step(
                sizes, settings: settings.steps, scalars: scalars,
                look: isReplaying ? .values : isPoisoned ? .memory : .none, spans: isReplaying ? nil : spans,
                recorder: isReplaying ? nil : profile?.recorder, next: producer.next)
        }
        if let broken = result.broken {
            throw FaultFound(value: broken, step: number, learningRate: scalars.learningRate)
        }
        if let what = result.fault { throw diverged(what, step: number) }
        let samples = sizes.reduce(0, +)
        record.progress.step += 1
        record.progress.stepInEpoch += 1
        record.progress.lossSum += result.loss * Double(samples)
        record.progress.samples += samples
        sessionSteps += 1
        if !isReplaying {
            try spans.measure(.logs) { try logStep(loss: result.loss, learningRate: scalars.learningRate) }
        }
    }

    /// Tests are written down before the checkpoint: what a kill in between leaves too much, `--resume` drops.
    private func closeEpoch(_ scores: TestScores?, imagesPerSecond: Double) throws {
        // Figures and reports are drawn where activations were, so that the peak is that of the steps.
        net.executor.giveBackWorkingMemory()
        let trainLoss = record.progress.lossSum / Double(max(1, record.progress.samples))
        record.progress.epoch += 1
        record.progress.stepInEpoch = 0
        record.progress.lossSum = 0
        record.progress.samples = 0
        let criterion = try task.criterion(settings.stopping.bestBy)
        let quality = scores.map(criterion.quality)
        let isBest = quality.map { criterion.isBetter($0, than: record.progress.best) } ?? true
        if isBest {
            record.progress.bestEpoch = record.progress.epoch
            record.progress.best = quality
        }
        if case .plateau(let rule) = settings.steps.schedule {
            // Without tests, what is learnt has to do.
            let isLower = record.progress.plateau.add(
                quality ?? Quality(value: nil, loss: trainLoss), criterion, rule)
            if isLower { reportPlateau() }
        }
        let row = MetricsRow(
            epoch: record.progress.epoch, step: record.progress.step, trainLoss: trainLoss, test: scores,
            seconds: seconds)
        log.rows.append(row)
        let report = try spans.measure(.figures) { try self.report(of: row, imagesPerSecond: imagesPerSecond) }
        try save {
            if isBest {
                try net.withAverage { try Checkpoint(path: files.best).saveWeights(net.parameters, record: record) }
            }
            try log.write(to: files.metrics)
            try logs.epoch(report)
        }
        try spans.measure(.logs) { try writing { try logs.saved(report) } }
        try spans.measure(.figures) { try drawCurves() }
        tell(row, imagesPerSecond)
    }

    private func stop(_ ending: Ending) throws -> Ending {
        try save {}
        return ending
    }
}
