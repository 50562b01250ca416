import Runtime

/// Trains the folds of a data set one after the other, each as a complete run in a folder of its own.
struct CrossValidation {
    /// As it was called for all folds.
    var command: TrainCommand
    var count: Int
    /// nil for all.
    var only: Int?

    /// What a command asks for: `--folds`, or, to resume, what the runs in `--out` were started with.
    /// - Returns: nil for a single run.
    /// - Throws: `TrainerError` when there is something else in `--out`.
    init?(_ command: TrainCommand) throws {
        let files = RunFiles(folder: command.output)
        let started = try Self.startedCount(files)
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
    }

    /// The number of folds that the runs in a folder belong to; nil when there are none.
    private static func startedCount(_ files: RunFiles) throws -> Int? {
        guard FileSystem.isFolder(files.folder) else { return nil }
        for name in try FileSystem.names(in: files.folder) where name.hasPrefix("fold-") {
            let checkpoint = RunFiles(folder: FileSystem.join(files.folder, name)).checkpoint
            guard FileSystem.isFile(checkpoint) else { continue }
            if let fold = try Checkpoint(path: checkpoint).record(for: nil).data.fold { return fold.count }
        }
        return nil
    }

    /// Trains what is left to be trained, and says how well the folds did.
    /// - Throws: as `TrainCommand.run`.
    func run(_ context: TrainerContext) throws {
        let console = Console(isQuiet: command.quiet)
        let task = try NetInterface(model: context.model).task
        try checkData(task)
        let folder = try RunFolder(command.output)
        let path = folder.files.folds
        var table = FoldTable(task: task)
        if command.resume && FileSystem.isFile(path) {
            table = try FoldTable(parsing: FileSystem.text(of: path), task: task, path: path)
        }
        for number in only.map({ [$0] }) ?? Array(1...count) {
            let files = folder.files.fold(number)
            if try table.has(number) && isDone(files) { continue }
            console.say("fold \(number) of \(count)")
            guard try train(number, files, context).isDone else { return }
            if let row = try row(number, files, task) { table.add(row) }
            try table.write(to: path)
        }
        guard !table.rows.isEmpty else { return }
        console.say("\(table.summary(of: count)); numbers \(path)")
        withExtendedLifetime(folder) {}
    }

    private func checkData(_ task: TrainingTask) throws {
        let settings = try command.data.resolved(over: nil, task: task)
        guard let layout = try settings.layout(for: task), layout.isParted else { return }
        let parts = layout.folders.compactMap { $0.part.map { $0.rawValue + "/" } }.joined(separator: ", ")
        throw TrainerError(
            "--folds: the data in \(settings.title) comes parted into \(parts)",
            hint: "name one pair of folders to part, such as --images train --masks trainannot")
    }

    /// True unless more epochs are asked for than the fold was trained for.
    private func isDone(_ files: RunFiles) throws -> Bool {
        guard let epochs = command.flags.epochs, FileSystem.isFile(files.checkpoint) else { return true }
        return try Checkpoint(path: files.checkpoint).record(for: nil).settings.epochs >= epochs
    }

    private func train(_ number: Int, _ files: RunFiles, _ context: TrainerContext) throws -> TrainingRun.Ending {
        var one = command
        one.output = files.folder
        one.resume = command.resume && FileSystem.isFolder(files.folder)
        return try one.train(context, fold: Fold(number: number, count: count))
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
