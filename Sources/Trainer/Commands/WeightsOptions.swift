import ArgumentParser
import Base
import DataSets
import Nets
import Predictions
import Runtime
import TrainerSupport

/// Whose weights to use.
struct WeightsOptions: ParsableArguments {
    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "The folder of a run; its best weights are used. Given several times, or the folder of a run with --folds: the "
                + "mean of what these nets say.", valueName: "run"))
    var runs: [String] = []

    @Option(
        help: ArgumentHelp(
            "A file with the parameters by name: safetensors, or .pt as torch.save writes it.", valueName: "file")
    )
    var weights: String?

    mutating func validate() throws {
        if runs.isEmpty == (weights == nil) { throw ValidationError("Give --run RUN or --weights FILE.") }
    }

    /// The weights, and what their runs remember.
    /// - Throws: `TrainerError` when there are none, or for runs of another net, which is said before anything about data is.
    func chosen(for model: Model) throws -> ChosenWeights {
        if let weights {
            guard FileSystem.isFile(weights) else {
                throw TrainerError("\(weights): expected a file of weights, found none")
            }
            return ChosenWeights(checkpoints: [Checkpoint(path: weights)], files: [weights], records: [])
        }
        return try Self.chosen(runs, for: model)
    }

    /// Those of runs, or of all folds in a folder.
    static func chosen(_ runs: [String], for model: Model) throws -> ChosenWeights {
        let files = try runs.flatMap(files(of:))
        if let twice = files.first(where: { file in files.count { $0 == file } > 1 }) {
            throw TrainerError("--run: \(twice) is named more than once", hint: "name each run once")
        }
        let records = try files.map { file in
            let checkpoint = Checkpoint(path: file)
            let record = try checkpoint.record(for: model)
            try checkpoint.checkLog(record)
            return record
        }
        let chosen = ChosenWeights(
            checkpoints: files.map { Checkpoint(path: $0, isChecked: true) }, files: files, records: records)
        try chosen.checkTogether()
        return chosen
    }

    /// The files of weights of a run, or of all folds in a folder: the best ones, or the latest before an epoch is complete.
    /// - Throws: `TrainerError` when there is none.
    private static func files(of folder: String) throws -> [String] {
        func file(_ files: RunFiles) -> String? { [files.best, files.checkpoint].first(where: FileSystem.isFile) }
        let run = RunFiles(folder: folder)
        if let found = file(run) { return [found] }
        let folds = FileSystem.isFolder(folder) ? try FileSystem.names(in: folder).compactMap(RunFiles.foldNumber) : []
        let found = folds.sorted().compactMap { file(run.fold($0)) }
        if !found.isEmpty { return found }
        throw TrainerError(
            "\(folder): expected the folder of a run, found no best.safetensors in it",
            hint: "train first: trainer train --out \(folder)")
    }
}

/// The weights that a command works with: of one run, of several of one graph, or of a file.
struct ChosenWeights {
    let checkpoints: [Checkpoint]
    let files: [String]
    /// One for each run; none for a file that belongs to no run.
    let records: [RunRecord]

    /// What the run remembers, of several the first one.
    var record: RunRecord? { records.first }

    /// How the weights' run reads pictures and masks, which a file of weights says as well, if it is a checkpoint.
    var reading: DataSettings? {
        if let record { return record.data }
        guard let known = fileRecord?.data else { return nil }
        var settings = DataSettings(
            palettes: known.palettes, rangeSetting: known.rangeSetting, range: known.range,
            isOriented: known.isOriented)
        (settings.patches, settings.typicalScale) = (known.patches, known.typicalScale)
        (settings.normalizationSetting, settings.normalization) = (known.normalizationSetting, known.normalization)
        (settings.pages, settings.shownBands, settings.channels) = (known.pages, known.shownBands, known.channels)
        return settings
    }

    /// Whoever loads the weights looks whether the file is sound.
    private var fileRecord: RunRecord? {
        files.first.flatMap { try? Checkpoint(path: $0, isChecked: true).record(for: nil) }
    }

    /// - Throws: `TrainerError` for what tiles cannot do, and where nobody knows what training showed.
    func flips(_ choice: FlipsChoice, isTiled: Bool) throws -> Flips {
        if let flips = choice.flips {
            guard isTiled, flips == .v || flips == .hv else { return flips }
            throw TrainerError(
                "--flips \(flips.rawValue): tiles come from the top to the bottom of a picture, which cannot be upside down "
                    + "as well", hint: "use --flips h")
        }
        guard let settings = (record ?? fileRecord)?.settings else {
            throw TrainerError(
                "--flips auto: these weights do not say which mirror images they were trained on",
                hint: "give --flips none, h, v or hv")
        }
        let augmentation = settings.augmentation
        return Flips(columns: augmentation.flip, rows: augmentation.vflip && !isTiled)
    }

    /// The threshold that was best for the test pictures of the run; the mean of several runs'.
    /// - Throws: `TrainerError` where it was not stored.
    func bestThreshold() throws -> Double {
        let known = records.isEmpty ? [fileRecord?.threshold] : records.map(\.threshold)
        let thresholds = known.compactMap { $0 }
        guard thresholds.count == known.count else {
            let file = zip(files, known).first { $0.1 == nil }?.0 ?? ""
            throw TrainerError(
                "--threshold best: \(file) does not say which threshold is the best",
                hint:
                    "runs of earlier versions, those with --no-own-size and those on drawn pictures do not: trainer train "
                    + "--resume --out RUN measures a finished run once more and stores it; or give a number")
        }
        return thresholds.reduce(0, +) / Double(thresholds.count)
    }

    /// - Throws: `TrainerError` when the runs do not read pictures in the same way.
    fileprivate func checkTogether() throws {
        guard let first = records.first else { return }
        for (file, record) in zip(files, records) {
            let pairs = [
                ("--range", first.data.range?.description ?? "", record.data.range?.description ?? ""),
                (
                    "--normalize", first.data.normalization?.description ?? "",
                    record.data.normalization?.description ?? ""
                ),
                ("EXIF orientation", "\(first.data.isOriented)", "\(record.data.isOriented)"),
                ("--patches", first.data.patches?.text ?? "none", record.data.patches?.text ?? "none"),
            ]
            guard let (what, before, now) = pairs.first(where: { $0.1 != $0.2 }) else { continue }
            throw TrainerError(
                "--run: \(files[0]) and \(file) do not read pictures alike: \(what) is \(before) and \(now)",
                hint: "train the runs with the same flags; a --range of numbers is the same in all folds")
        }
    }

    /// Says what several nets take, which are in memory together.
    func sayMemory(_ model: Model, plans: [String], threads: Int, _ console: Console) throws {
        guard checkpoints.count > 1 else { return }
        let plans = plans.filter(model.planNames.contains)
        let one = try MemoryUse(model: model, plans: plans, threads: threads, preparedWeights: .kept).total
        console.say("\(checkpoints.count) nets together take \(Text.bytes(checkpoints.count * one))")
    }

    /// Whether each of the runs tests on the same pictures.
    var haveOneSplit: Bool { Set(records.map(\.fingerprint)).count <= 1 }
}
