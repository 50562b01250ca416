import DataSets
import FileAccess
import Nets
import Recipes
import Reporting
import Runtime
import Tasks
import TrainerSupport

/// How a run goes on where its checkpoint stands.
extension TrainCommand {
    /// Before anything is made: does --resume fit what is there?
    func checkFolder() throws {
        let files = RunFiles(folder: output)
        if resume && !FileSystem.isFolder(output) {
            throw TrainerError("\(output): there is no run to resume", hint: "leave out --resume to start one")
        }
        if !resume && FileSystem.isFile(files.checkpoint) {
            throw TrainerError(
                "\(output): there is a run in this folder already",
                hint: "continue it with --resume, or choose another --out")
        }
        try files.checkAreOurs()
    }

    /// The record to continue from; nil for a new run, or one that was ended before its first checkpoint.
    func previousRecord(
        _ files: RunFiles, _ context: TrainerContext, _ console: Console
    ) throws -> RunRecord? {
        guard resume else { return nil }
        guard FileSystem.isFile(files.checkpoint) else {
            try checkSameCommand(files, context)
            console.warn("\(output): no checkpoint yet, so training starts from the beginning")
            return nil
        }
        let checkpoint = Checkpoint(path: files.checkpoint)
        let record = try checkpoint.record(for: context.model)
        try checkpoint.checkLog(record)
        return record
    }

    /// A run without a checkpoint remembers nothing of its data and settings, which flags that are left out would mean.
    /// - Throws: `TrainerError` with the command that starts the run again, unless it is this one.
    private func checkSameCommand(_ files: RunFiles, _ context: TrainerContext) throws {
        guard let started = try Self.previousDescription(files)?.sessions.last?.command else {
            if data.namesData { return }
            throw TrainerError(
                "\(output): there is no run to resume: it was ended before it wrote anything",
                hint: "start it again without --resume, with the flags it had")
        }
        func flags(_ command: [String]) -> ArraySlice<String> { command.filter { $0 != "--resume" }.dropFirst() }
        guard flags(started) != flags(context.arguments) else { return }
        throw TrainerError(
            "\(output): the run was ended before its first checkpoint, so that nothing is there to continue",
            hint: "start it again with\n  " + ShellWords.line(started.filter { $0 != "--resume" }))
    }

    /// Best weights are written before the checkpoint that says so. After a kill in between, those of the epoch that the
    /// checkpoint calls best are gone, so that any epoch is better; the same training comes to the same best again.
    /// Damaged ones are as good as gone, and no reason not to go on.
    func forgetLostBest(_ files: RunFiles, _ progress: inout RunProgress, _ console: Console) {
        guard progress.best != nil, FileSystem.isFile(files.best) else { return }
        let written = try? Checkpoint(path: files.best).record(for: nil).progress
        guard written?.epoch != progress.bestEpoch else { return }
        progress.best = nil
        console.warn(
            "\(files.best): is not, or not wholly, of epoch \(progress.bestEpoch), which the checkpoint calls the best; "
                + "the best weights are chosen anew from here")
    }

    /// - Throws: `TrainerError` when pictures would be read otherwise than the run reads them.
    static func checkReading(_ known: DataSettings?, _ now: DataSettings) throws {
        guard let known else { return }
        let exif = [true: "--exif", false: "--no-exif"]
        let pairs = [
            ("--range \(now.rangeSetting)", "--range \(known.rangeSetting)", now.range != known.range),
            (
                "--normalize \(now.normalizationSetting.rawValue)",
                "--normalize \(known.normalizationSetting.rawValue)",
                now.normalization != known.normalization
            ),
            ("--pages \(now.pages.rawValue)", "--pages \(known.pages.rawValue)", now.pages != known.pages),
            (exif[now.isOriented] ?? "", exif[known.isOriented] ?? "", now.isOriented != known.isOriented),
            (
                now.patches?.text ?? "no --patches", known.patches?.text ?? "no --patches",
                now.patches != known.patches
            ),
        ]
        for (flag, before, isOther) in pairs where isOther {
            throw TrainerError(
                "\(flag): the run was started with \(before), and its pictures are read so to its end",
                hint: "leave it out, or start a new run with another --out")
        }
    }

    static func checkSameData(_ previous: RunRecord, _ now: RunRecord, _ files: RunFiles) throws {
        guard previous.fingerprint != now.fingerprint else { return }
        throw TrainerError(
            "\(files.checkpoint): the run was started with other data (\(previous.data.title), split "
                + "\(previous.data.split)); \(now.data.title) now gives other pictures, masks or another split",
            hint: "resume with the data as it was, or start a new run with another --out")
    }

    static func log(_ files: RunFiles, _ task: TrainingTask, through epoch: Int) throws -> MetricsLog {
        guard epoch > 0, FileSystem.isFile(files.metrics) else { return MetricsLog(task: task) }
        return try MetricsLog(
            parsing: FileSystem.text(of: files.metrics), task: task, through: epoch, path: files.metrics)
    }
}
