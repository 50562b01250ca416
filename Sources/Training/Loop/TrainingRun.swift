import Imaging
import Runtime

/// Trains a net from where its record says, epoch by epoch, and writes down what comes of it.
final class TrainingRun {
    enum Ending {
        case finished
        /// A signal came; everything is saved.
        case interrupted
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
    /// Seconds of earlier sessions of this run.
    private let earlierSeconds: Double
    let sessionStart = monotonicSeconds()
    private(set) var sessionSteps = 0
    var lastDrawn = 0.0
    /// Times the first steps, until the forecast is made; nil after that.
    var forecastMeter: SpeedMeter? = SpeedMeter(warmUp: 1)
    let logs: RunLogs
    var sampleBudget = TimeBudget(share: 0.02)
    /// The latest pictures of samples, and the step behind which they were drawn.
    var latestSamples: (step: Int, figure: Bitmap)?
    /// True while steps are taken once more to find a fault; nothing is written then.
    var isReplaying = false
    /// The last epoch to train, where that is not the settings' last.
    let lastEpoch: Int?
    /// Of the last epoch's time, the share that the steps waited for pictures.
    private(set) var waitShare = 0.0

    init(
        net: Net, data: DataSet, names: ClassNames, files: RunFiles, record: RunRecord, log: MetricsLog,
        console: Console, interruption: Interruption, checkpointEvery: Int?, logs: RunLogs = RunLogs(),
        lastEpoch: Int? = nil
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
        self.logs = logs
        self.lastEpoch = lastEpoch
        earlierSeconds = log.rows.last?.seconds ?? 0
    }

    var settings: TrainingSettings { record.settings }
    var task: TrainingTask { data.shape.task }
    /// How many to train.
    var epochs: Int { min(settings.epochs, lastEpoch ?? settings.epochs) }
    /// Since the start of training, pauses left out.
    var seconds: Double { earlierSeconds + monotonicSeconds() - sessionStart }

    /// Trains until all epochs are done or a signal comes.
    /// - Throws: `TrainerError` when the loss is no longer a number or nothing can be saved; the last checkpoint stays.
    func run() throws -> Ending {
        defer { console.clear() }
        try beginLogs()
        while record.progress.epoch < epochs {
            let start = monotonicSeconds()
            let firstStep = record.progress.stepInEpoch
            guard try trainEpoch() else { return try stop() }
            let speed = Double(record.progress.samples - firstStep * settings.batch) / (monotonicSeconds() - start)
            let result = try test(
                net, on: data.testing, of: data, isInterrupted: { interruption.isRequested })
            if result == nil && !data.testing.isEmpty { return try stop() }
            try closeEpoch(result?.scores, imagesPerSecond: max(0, speed))
            if interruption.isRequested && record.progress.epoch < epochs { return .interrupted }
        }
        return .finished
    }

    /// The rest of the epoch under way; false when a signal came.
    func trainEpoch() throws -> Bool {
        let draw = EpochDraw(seed: settings.seed, epoch: record.progress.epoch + 1)
        let batches = draw.order(data.training).chunks(of: settings.batch)
        let augmentation = EpochAugmentation(settings: settings.augmentation, draw: draw)
        let producer = try BatchProducer(
            maker: BatchMaker(data: data, augmentation: augmentation),
            batches: Array(batches.dropFirst(record.progress.stepInEpoch)))
        let start = monotonicSeconds()
        var seen = 0
        var stepStart = start
        while let batch = try producer.next() {
            try step(batch)
            if !isReplaying { try forecast(since: &stepStart, stepsPerEpoch: batches.count) }
            seen += batch.pictures.count
            drawProgress(steps: batches.count, imagesPerSecond: Double(seen) / (monotonicSeconds() - start))
            if interruption.isRequested { return false }
            if let checkpointEvery, !isReplaying, record.progress.step % checkpointEvery == 0,
                record.progress.stepInEpoch < batches.count
            {
                try save {}
            }
        }
        waitShare = producer.waited / max(monotonicSeconds() - start, 1e-9)
        return true
    }

    private func step(_ batch: Batch) throws {
        let scalars = settings.scalars(step: record.progress.step + 1)
        let loss = try isReplaying ? watchedStep(batch, scalars) : net.step(batch, scalars: scalars)
        guard loss.isFinite else {
            throw diverged("the loss became \(loss.isNaN ? "nan" : "\(loss)")", step: record.progress.step + 1)
        }
        record.progress.step += 1
        record.progress.stepInEpoch += 1
        record.progress.lossSum += loss * Double(batch.pictures.count)
        record.progress.samples += batch.pictures.count
        sessionSteps += 1
        if !isReplaying { try logStep(loss: loss) }
    }

    /// Tests are written down before the checkpoint: what a kill in between leaves too much, `--resume` drops.
    private func closeEpoch(_ scores: TestScores?, imagesPerSecond: Double) throws {
        let trainLoss = record.progress.lossSum / Double(max(1, record.progress.samples))
        record.progress.epoch += 1
        record.progress.stepInEpoch = 0
        record.progress.lossSum = 0
        record.progress.samples = 0
        let quality = scores.map(task.quality)
        let isBest =
            record.progress.bestEpoch == 0
            || quality.map { task.isBetter($0, than: record.progress.bestQuality) } ?? true
        if isBest {
            record.progress.bestEpoch = record.progress.epoch
            record.progress.bestQuality = quality ?? 0
        }
        let row = MetricsRow(
            epoch: record.progress.epoch, step: record.progress.step, trainLoss: trainLoss, test: scores,
            seconds: seconds)
        log.rows.append(row)
        let report = try report(of: row, imagesPerSecond: imagesPerSecond)
        try save {
            if isBest { try Checkpoint(path: files.best).saveWeights(net.parameters, record: record) }
            try log.write(to: files.metrics)
            try logs.epoch(report)
        }
        try writing { try logs.saved(report) }
        try drawCurves()
        tell(row, imagesPerSecond)
    }

    private func stop() throws -> Ending {
        try save {}
        return .interrupted
    }
}
