import ArgumentParser
import Base
import DataSets
import Nets
import Recipes
import Reporting
import Runtime
import TrainerSupport

/// Which run to repeat.
struct RepetitionOptions: ParsableArguments {
    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp(
            "Train as this run was trained, and compare the weights behind each epoch.", valueName: "run"))
    var run: String?
}

/// A run that is done once more, to see that it gives the same bits.
struct Repetition {
    let folder: String
    /// Without progress.
    let record: RunRecord
    private let rows: [HashRow]

    /// Reads what the run was; says beforehand why its bits may not come again.
    /// - Throws: `TrainerError` or `RuntimeError` when there is no run of this graph, or no complete epoch.
    init(of folder: String, model: Model, console: Console) throws {
        self.folder = folder
        let files = RunFiles(folder: folder)
        guard FileSystem.isFile(files.checkpoint) else {
            throw TrainerError(
                "--repeat \(folder): expected the folder of a run, found no checkpoint.safetensors in it")
        }
        let checkpoint = Checkpoint(path: files.checkpoint)
        var record = try checkpoint.record(for: model)
        try checkpoint.checkLog(record)
        rows = try HashRow.list(files.hashes)
        guard !rows.isEmpty else {
            throw TrainerError(
                "--repeat \(folder): there is no complete epoch to compare with (hashes.csv)",
                hint: "continue that run with --resume first")
        }
        record.progress = RunProgress()
        self.record = record
        let defaults = try ModelDefaults(metadata: model.metadata)
        let path = RunDescription.Path(model: model, defaults: defaults, plan: PlanDescription(model))
        try Self.warn(files, path, console)
    }

    /// Epochs to train: as many as the run has.
    var lastEpoch: Int { rows.last?.epoch ?? 0 }

    private static func warn(_ files: RunFiles, _ path: RunDescription.Path, _ console: Console) throws {
        guard let description = try TrainCommand.previousDescription(files) else { return }
        if let difference = description.path.difference(from: path) {
            console.warn("\(files.folder) was made \(difference): the bits may differ")
        }
        for (session, next) in zip(description.sessions, description.sessions.dropFirst()) {
            let changed = changes(from: session.settings, to: next.settings)
            guard !changed.isEmpty else { continue }
            console.warn(
                "\(files.folder) was continued with \(changed.joined(separator: ", ")) after step \(next.fromStep); a "
                    + "repetition trains with that from the start: the bits may differ")
        }
    }

    /// The settings of a later session that decide about bits and are not those of an earlier one.
    static func changes(from before: [JSON.Member], to now: [JSON.Member]) -> [String] {
        // Only a schedule that ends with the run looks at when that is.
        let schedule = now.first(where: { $0.key == "schedule" })?.value.string ?? "constant"
        let isEndless = (try? Schedule(parsing: schedule).endsWithTraining) == false
        // A fitted schedule says from which step on it holds.
        let endings = ["patience", "until", "schedule_fit"] + (isEndless ? ["epochs"] : [])
        return now.filter { member in
            !endings.contains(member.key) && before.first(where: { $0.key == member.key })?.value != member.value
        }.map { "\($0.key) \($0.value.string ?? $0.value.text(.compact))" }
    }

    /// - Throws: `TrainerError` when flags change what the run was.
    func check(_ settings: TrainingSettings) throws {
        let (before, now) = (record.settings.metadata, settings.metadata)
        // What nobody asked for is left out of either.
        let keys = before.map(\.0) + now.map(\.0).filter { key in !before.contains { $0.0 == key } }
        let value = { (settings: [(String, String)], key: String) in settings.first { $0.0 == key }?.1 ?? "none" }
        guard let key = keys.first(where: { value(before, $0) != value(now, $0) }) else { return }
        throw TrainerError(
            "--repeat trains as \(folder) was trained, with \(key) \(value(before, key)), found \(value(now, key))",
            hint: "leave that flag out, or train without --repeat")
    }

    /// - Throws: `TrainerError` when the run started from other weights.
    func check(initialWeights: String?) throws {
        guard initialWeights != record.initialWeights else { return }
        guard let before = record.initialWeights else {
            throw TrainerError(
                "--repeat \(folder): that run did not start from weights, and --init-from is given",
                hint: "leave it out")
        }
        throw TrainerError(
            "--repeat \(folder): the run started from weights of the SHA-256 \(before.prefix(16))…, and "
                + (initialWeights.map { "these are \($0.prefix(16))…" } ?? "none are given"),
            hint: "give --init-from as it was given then; run.json has the command")
    }

    /// - Throws: `TrainerError` when the data is not what it was.
    func check(_ samples: DataSet) throws {
        guard samples.fingerprint != record.fingerprint else { return }
        throw TrainerError(
            "--repeat \(folder): the run was trained on other data (\(record.data.title)); there are other pictures, masks "
                + "or another split now",
            hint: "give the data as it was with --data")
    }

    /// Says whether every epoch left the same weights.
    /// - Throws: `TrainerError` that names the first epoch that did not.
    func compare(with files: RunFiles, _ console: Console) throws {
        let now = try HashRow.list(files.hashes)
        // Of a run that an earlier version began, the first epochs may have no hashes.
        let pairs = rows.compactMap { before in now.first { $0.epoch == before.epoch }.map { (before, $0) } }
        for (before, now) in pairs where before != now {
            throw TrainerError(
                "the repetition differs from \(folder) from epoch \(before.epoch) on: the weights' SHA-256 is "
                    + "\(now.digest.prefix(16))… after step \(now.step), it was \(before.digest.prefix(16))… after step "
                    + "\(before.step)")
        }
        guard let last = pairs.last?.1 else { return }
        let count = pairs.count < rows.count ? "\(pairs.count) of " : ""
        console.answer(
            "the same bits as \(folder) behind each of \(count)\(Text.count(rows.count, "epoch")); SHA-256 of the last weights "
                + last.digest)
    }
}
