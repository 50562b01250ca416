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
    private(set) var record: RunRecord
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

    init(
        net: Net, data: DataSet, names: ClassNames, files: RunFiles, record: RunRecord, log: MetricsLog,
        console: Console,
        interruption: Interruption, checkpointEvery: Int?
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
        earlierSeconds = log.rows.last?.seconds ?? 0
    }

    var settings: TrainingSettings { record.settings }
    var task: TrainingTask { data.shape.task }

    /// Trains until all epochs are done or a signal comes.
    /// - Throws: `TrainerError` when the loss is no longer a number or nothing can be saved; the last checkpoint stays.
    func run() throws -> Ending {
        defer { console.clear() }
        while record.progress.epoch < settings.epochs {
            let start = monotonicSeconds()
            let firstStep = record.progress.stepInEpoch
            guard try trainEpoch() else { return try stop() }
            let speed = Double(record.progress.samples - firstStep * settings.batch) / (monotonicSeconds() - start)
            let result = try test(
                net, on: data.testing, of: data, isInterrupted: { interruption.isRequested })
            if result == nil && !data.testing.isEmpty { return try stop() }
            try closeEpoch(result?.scores, imagesPerSecond: max(0, speed))
            if interruption.isRequested && record.progress.epoch < settings.epochs { return .interrupted }
        }
        return .finished
    }

    /// The rest of the epoch under way; false when a signal came.
    private func trainEpoch() throws -> Bool {
        let draw = EpochDraw(seed: settings.seed, epoch: record.progress.epoch + 1)
        let batches = draw.order(data.training).chunks(of: settings.batch)
        let producer = try BatchProducer(
            maker: BatchMaker(data: data), batches: Array(batches.dropFirst(record.progress.stepInEpoch)),
            flips: settings.flips ? draw : nil)
        let start = monotonicSeconds()
        var seen = 0
        while let batch = producer.next() {
            try step(batch)
            seen += batch.pictures.count
            drawProgress(steps: batches.count, imagesPerSecond: Double(seen) / (monotonicSeconds() - start))
            if interruption.isRequested { return false }
            if let checkpointEvery, record.progress.step % checkpointEvery == 0,
                record.progress.stepInEpoch < batches.count
            {
                try save {}
            }
        }
        return true
    }

    private func step(_ batch: Batch) throws {
        let scalars = settings.scalars(step: record.progress.step + 1)
        let loss = try net.step(batch, scalars: scalars)
        guard loss.isFinite else { throw diverged("the loss became \(loss.isNaN ? "nan" : "\(loss)")") }
        record.progress.step += 1
        record.progress.stepInEpoch += 1
        record.progress.lossSum += loss * Double(batch.pictures.count)
        record.progress.samples += batch.pictures.count
        sessionSteps += 1
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
            seconds: earlierSeconds + monotonicSeconds() - sessionStart)
        log.rows.append(row)
        try save {
            if isBest { try Checkpoint(path: files.best).saveWeights(net.parameters, record: record) }
            try log.write(to: files.metrics)
        }
        try drawCurves()
        report(row, imagesPerSecond)
    }

    private func stop() throws -> Ending {
        try save {}
        return .interrupted
    }
}
