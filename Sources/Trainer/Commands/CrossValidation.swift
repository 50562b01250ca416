import Base
import DataSets
import Nets
import Predictions
import Ranks
import Reporting
import Runtime
import Tasks
import TrainerSupport

/// Trains the folds of a data set, each as a complete run in a folder of its own: one after the other, and those of several
/// processes side by side. What a fold becomes depends on neither.
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
    init?(_ command: TrainCommand, _ context: TrainerContext) throws {
        let files = RunFiles(folder: command.output)
        let record = try RunRecord.shared(by: context.ranks) { try Self.startedFold(files, context.model) }
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
        let console = Console(isQuiet: command.quiet, isMute: !context.isFirst)
        let shape = try NetInterface(model: context.model).shape
        try checkData(shape.task)
        let folder = context.isFirst ? try RunFolder(command.output) : nil
        let path = RunFiles(folder: command.output).folds
        var table = try known(shape.task, path, context.ranks)
        let stop = try train(Work(context, self), &table, path, console)
        if let ranks = context.ranks, only == nil {
            for text in try ranks.gather(Array(table.text.utf8)) {
                let theirs = try FoldTable(
                    parsing: String(decoding: text, as: UTF8.self), task: shape.task, path: path)
                for row in theirs.rows { table.add(row) }
            }
            if context.isFirst, !table.rows.isEmpty { try table.write(to: path) }
        }
        if let stop { return stop.isEmpty ? () : console.answer(stop) }
        guard !table.rows.isEmpty else { return }
        let isWhole = command.patches.patches == nil && started?.data.patches == nil
        console.say(
            "\(table.summary(of: count, size: isWhole ? shape.testedSize.text : DataSet.ownSize)); numbers \(path)")
        withExtendedLifetime(folder) {}
    }

    /// The folds that one process trains.
    private struct Work {
        let folds: [Int]
        /// Of a run that is one process's, or of one fold that all take together.
        let context: TrainerContext

        init(_ context: TrainerContext, _ validation: CrossValidation) {
            guard validation.only == nil, let ranks = context.ranks else {
                folds = validation.only.map { [$0] } ?? Array(1...validation.count)
                self.context = context
                return
            }
            folds = Array(stride(from: ranks.rank + 1, through: validation.count, by: ranks.count))
            self.context = TrainerContext(
                model: context.model, arguments: context.arguments, isQuiet: !ranks.isFirst)
        }
    }

    /// What folds have reached that were trained before.
    private func known(_ task: TrainingTask, _ path: String, _ ranks: RankGroup?) throws -> FoldTable {
        let isHere = (ranks?.isFirst ?? true) && FileSystem.isFile(path)
        let text = isHere ? try FileSystem.text(of: path) : ""
        let shared = try ranks.map { String(decoding: try $0.broadcast(Array(text.utf8)), as: UTF8.self) } ?? text
        return shared.isEmpty ? FoldTable(task: task) : try FoldTable(parsing: shared, task: task, path: path)
    }

    /// Trains this process's folds.
    /// - Returns: why that ended before all were done; empty where it has been said.
    private func train(
        _ work: Work, _ table: inout FoldTable, _ path: String, _ console: Console
    ) throws -> String? {
        let end = command.flags.stopping.minutes.map { monotonicSeconds() + 60 * $0 }
        let again = "continue with\n  " + RunContinuation.line(work.context.arguments)
        var hasTrained = false
        for (place, number) in work.folds.enumerated() {
            let files = RunFiles(folder: command.output).fold(number)
            if try command.resume && table.has(number) && isDone(files) { continue }
            if hasTrained, let why = Self.reasonToStop(end) { return why + "stopped before fold \(number); " + again }
            console.say("fold \(number) of \(count)")
            let isFirst = !hasTrained
            hasTrained = true
            do {
                let ending = try train(
                    number, files, work.context, until: end, isFirst: isFirst, left: work.folds.count - place)
                guard ending.isDone else { return "" }
            } catch is Interrupted {
                return "stopped before the first step of fold \(number); " + again
            }
            guard work.context.isFirst else { continue }
            if let row = try row(number, files, table.task) { table.add(row) }
            if !console.isMute { try table.write(to: path) }
        }
        return nil
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
    ///   - left: folds that share the time until then, this one included.
    private func train(
        _ number: Int, _ files: RunFiles, _ context: TrainerContext, until end: Double?, isFirst: Bool,
        left: Int
    ) throws -> TrainingRun.Ending {
        var one = command
        one.output = files.folder
        one.resume = command.resume && FileSystem.isFile(files.checkpoint)
        if !isFirst || context.isQuiet { one.profiling.path = nil }
        if let end { one.flags.stopping.minutes = max(1e-3, (end - monotonicSeconds()) / 60) }
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
