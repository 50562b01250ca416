import Base
import DataSets
import Nets
import Predictions
import Reporting
import Runtime
import Tasks
import TrainerSupport

/// Trains the folds of a data set one after the other, each as a complete run in a folder of its own.
struct CrossValidation {
    /// As it was called for all folds.
    var command: TrainCommand
    var count: Int
    /// nil for all.
    var only: Int?
    /// What a fold in `--out` was started with, which the others then are as well; nil for none.
    private let started: RunRecord?

    /// What a command asks for: `--folds`, or, to resume, what the runs in `--out` were started with.
    /// - Returns: nil for a single run.
    /// - Throws: `TrainerError` when there is something else in `--out`, such as runs of another net.
    init?(_ command: TrainCommand, _ model: Model) throws {
        let files = RunFiles(folder: command.output)
        let record = try Self.startedFold(files, model)
        let started = record?.data.fold?.count
        if let started, command.folds.folds == nil, !command.resume {
            throw TrainerError(
                "\(command.output): there are the runs of \(started) folds in this folder already",
                hint: "continue them with --resume, or choose another --out")
        }
        guard let count = command.folds.folds ?? started else { return nil }
        if FileSystem.isFile(files.checkpoint) {
            throw TrainerError(
                "\(command.output): there is a run without folds in this folder", hint: "choose another --out")
        }
        if let started, started != count {
            throw TrainerError(
                "--folds \(count): the runs in \(command.output) were started with --folds \(started)",
                hint: "give --folds \(started), or choose another --out")
        }
        self.command = command
        self.count = count
        only = command.folds.fold
        self.started = record
    }

    /// The record of a fold that was begun in a folder; nil when there is none.
    private static func startedFold(_ files: RunFiles, _ model: Model) throws -> RunRecord? {
        guard FileSystem.isFolder(files.folder) else { return nil }
        for name in try FileSystem.names(in: files.folder) where RunFiles.foldNumber(name) != nil {
            let checkpoint = RunFiles(folder: FileSystem.join(files.folder, name)).checkpoint
            guard FileSystem.isFile(checkpoint) else { continue }
            let record = try Checkpoint(path: checkpoint).record(for: model)
            if record.data.fold != nil { return record }
        }
        return nil
    }

    /// Trains what is left to be trained, and says how well the folds did.
    /// - Throws: as `TrainCommand.run`.
    func run(_ context: TrainerContext) throws {
        let console = Console(isQuiet: command.quiet)
        let shape = try NetInterface(model: context.model).shape
        let task = shape.task
        try checkData(task)
        let folder = try RunFolder(command.output)
        let path = folder.files.folds
        var table = FoldTable(task: task)
        if FileSystem.isFile(path) {
            table = try FoldTable(parsing: FileSystem.text(of: path), task: task, path: path)
        }
        let end = command.flags.stopping.minutes.map { monotonicSeconds() + 60 * $0 }
        var hasTrained = false
        for number in only.map({ [$0] }) ?? Array(1...count) {
            let files = folder.files.fold(number)
            if try command.resume && table.has(number) && isDone(files) { continue }
            if hasTrained, let why = Self.reasonToStop(end) {
                return console.answer(
                    why + "stopped before fold \(number); continue with\n  "
                        + RunContinuation.line(context.arguments))
            }
            console.say("fold \(number) of \(count)")
            let isFirst = !hasTrained
            hasTrained = true
            do {
                guard try train(number, files, context, until: end, isFirst: isFirst).isDone else { return }
            } catch is Interrupted {
                return console.answer(
                    "stopped before the first step of fold \(number); continue with\n  "
                        + RunContinuation.line(context.arguments))
            }
            if let row = try row(number, files, task) { table.add(row) }
            try table.write(to: path)
        }
        guard !table.rows.isEmpty else { return }
        console.say(
            "\(table.summary(of: count, size: command.patches.patches == nil && started?.data.patches == nil ? shape.testedSize.text : DataSet.ownSize)); numbers \(path)"
        )
        withExtendedLifetime(folder) {}
    }

    private func checkData(_ task: TrainingTask) throws {
        try command.data.checkNotParted(
            try command.data.resolved(over: started?.data, task: task), task, flag: "--folds")
    }

    /// Why to stop between folds, while signals are held back: nil to go on.
    private static func reasonToStop(_ end: Double?) -> String? {
        if Interruption().isRequested { return "" }
        guard let end, monotonicSeconds() >= end else { return nil }
        return "the time of --minutes is up: "
    }

    /// True unless more epochs are asked for than the fold was trained for.
    private func isDone(_ files: RunFiles) throws -> Bool {
        guard let epochs = command.flags.epochs, FileSystem.isFile(files.checkpoint) else { return true }
        return try Checkpoint(path: files.checkpoint).record(for: nil).settings.epochs >= epochs
    }

    /// - Parameters:
    ///   - end: on the clock of `monotonicSeconds`, for all folds together.
    ///   - isFirst: whether the command trains no other fold before, which alone is profiled.
    private func train(
        _ number: Int, _ files: RunFiles, _ context: TrainerContext, until end: Double?, isFirst: Bool
    ) throws -> TrainingRun.Ending {
        var one = command
        one.output = files.folder
        one.resume = command.resume && FileSystem.isFile(files.checkpoint)
        if !isFirst { one.profiling.path = nil }
        if let end { one.flags.stopping.minutes = max(1e-3, (end - monotonicSeconds()) / 60) }
        let left = only == nil ? count - number + 1 : 1
        return try one.train(context, fold: Fold(number: number, count: count), like: started, share: left)
    }

    /// What the best epoch of a fold reached.
    private func row(_ number: Int, _ files: RunFiles, _ task: TrainingTask) throws -> FoldTable.Row? {
        let best = try Checkpoint(path: files.checkpoint).record(for: nil).progress.bestEpoch
        let log = try MetricsLog(
            parsing: FileSystem.text(of: files.metrics), task: task, through: best, path: files.metrics)
        guard let row = log.rows.last, row.epoch == best, let scores = row.test else { return nil }
        return FoldTable.Row(fold: number, bestEpoch: best, scores: scores)
    }
}
