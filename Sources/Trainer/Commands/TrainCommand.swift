import ArgumentParser
import Base
import DataDoctor
import DataSets
import FileAccess
import Nets
import Ranks
import Recipes
import Reporting
import Runtime
import Tasks
import TrainerSupport

extension InitialValueRule: ExpressibleByArgument {}
extension OptimizerSettings.Kind: ExpressibleByArgument {}

/// `trainer train`.
struct TrainCommand: ParsableCommand, SharedVerb {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains the net and writes checkpoints, metrics and pictures to a folder.")

    @OptionGroup var data: DataOptions
    @OptionGroup var patches: PatchFlags
    @OptionGroup var flags: TrainingFlags
    @OptionGroup var start: StartFlags
    @OptionGroup var folds: FoldFlags

    @Option(name: .customLong("out"), help: ArgumentHelp("The folder of the run.", valueName: "run"))
    var output: String

    @Flag(help: "Continue the run in --out exactly where its checkpoint stands.")
    var resume = false

    @Option(help: ArgumentHelp("Save within epochs, too, every so many steps.", valueName: "steps"))
    var checkpointEvery: Int?

    @OptionGroup var logging: LogOptions
    @OptionGroup var profiling: ProfileOptions
    @OptionGroup var measuring: OwnSizeFlag
    @OptionGroup var repetition: RepetitionOptions

    @Flag(help: "Print warnings and errors only.")
    var quiet = false

    /// For whoever looks for a bug of the compiler's.
    @Flag(help: .hidden)
    var poison = false

    mutating func validate() throws {
        if let checkpointEvery, checkpointEvery < 1 {
            throw ValidationError("--checkpoint-every takes a number from 1, found \(checkpointEvery).")
        }
        if data.split == 0 { throw ValidationError("--split 0 leaves nothing to train on.") }
        if data.split != nil && folds.folds != nil {
            throw ValidationError("--folds says what tests, leave out --split.")
        }
        if poison && profiling.path != nil {
            throw ValidationError("--profile would time what --poison does; leave out one of them.")
        }
        if resume && repetition.run != nil {
            throw ValidationError("--repeat trains anew and compares; leave out --resume.")
        }
        if folds.folds != nil && repetition.run != nil {
            throw ValidationError("--repeat repeats one run, such as RUN/fold-1; leave out --folds.")
        }
    }

    func run(_ context: TrainerContext) throws {
        if let ranks = context.ranks {
            if repetition.run != nil { throw Self.alone("--repeat", ranks) }
            var shared = self
            shared.data.threading.threads = try data.threads ?? ranks.threads()
            return try shared.runOnce(context)
        }
        try runOnce(context)
    }

    private func runOnce(_ context: TrainerContext) throws {
        if let folds = try CrossValidation(self, context) { return try folds.run(context) }
        _ = try train(context, fold: nil)
    }

    private static func alone(_ flag: String, _ ranks: RankGroup) -> TrainerError {
        TrainerError(
            "\(flag) is one process's work, found \(ranks.count)", hint: "leave out the launcher, or \(flag)")
    }

    /// One run.
    /// - Parameters:
    ///   - fold: what tests, in place of `--split`.
    ///   - like: a run that this one has settings and data of, where flags name none; nil for a run of its own.
    ///   - share: runs that share the time of `--minutes`.
    func train(
        _ context: TrainerContext, fold: Fold?, like: RunRecord? = nil, share: Int = 1
    ) throws -> TrainingRun.Ending {
        let ranks = context.ranks
        let console = Console(isQuiet: quiet || context.isQuiet, isMute: !context.isFirst)
        let model = context.model
        let interface = try NetInterface(model: model)
        guard interface.canTrain else { throw Net.noLoss(model) }
        if let path = profiling.path { try Trace.check(path) }
        if context.isFirst { try checkFolder() }
        let previous = try RunRecord.shared(by: ranks) {
            try previousRecord(RunFiles(folder: output), context, console)
        }
        let repeated = try repetition.run.map { try Repetition(of: $0, model: model, console: console) }
        let settings = try flags.resolved(
            defaults: repeated?.record.settings ?? ModelDefaults(metadata: model.metadata).training,
            recorded: (previous ?? like)?.settings, model: model, launcher: context.launcher)
        try ranks?.check(settings)
        try repeated?.check(settings)
        let starting = previous == nil && context.isFirst ? try start.weights(for: model, console) : nil
        if let previous, let warning = try start.warning(resuming: previous, model, console) { console.warn(warning) }
        var dataSettings = try data.resolved(
            over: (previous ?? like ?? repeated?.record)?.data, task: interface.task)
        dataSettings.fold = fold ?? dataSettings.fold
        try patches.apply(to: &dataSettings, model)
        if previous == nil && repeated == nil {
            // Another fold has other training pictures.
            if like != nil { (dataSettings.range, dataSettings.normalization) = (nil, nil) }
        } else {
            try Self.checkReading((previous ?? repeated?.record)?.data, dataSettings)
        }
        _ = try ClassNames(dataSettings.classNames, task: interface.task)
        // Only now, so that a command that makes no sense leaves no folder behind.
        let folder = context.isFirst ? try RunFolder(output) : nil
        let files = RunFiles(folder: output)
        let (samples, findings) = try DataSet.load(
            dataSettings, .training, shape: interface.shape, seed: settings.seed, threads: threads,
            isStrict: data.strict, cache: data.cache,
            shares: MemoryShares(training: model, settings, tests: dataSettings.tests, threads: threads),
            console: console)
        dataSettings.palettes = samples.reader?.palettes
        dataSettings.labels = samples.reader?.labels ?? dataSettings.labels
        if dataSettings.classNames.isEmpty { dataSettings.classNames = findings?.classNames ?? [] }
        let names = try ClassNames(dataSettings.classNames, task: interface.task)
        dataSettings.range = samples.range
        dataSettings.normalization = samples.normalization
        dataSettings.channels = samples.reader?.decoding.channelNames
        sayColours(settings.augmentation, interface.shape, console)
        if previous == nil {
            dataSettings.typicalScale = dataSettings.patches?.scale ?? findings?.typicalScale(interface.shape)
        }
        try samples.checkTrainable(fold: dataSettings.fold)
        let hasTruth = try samples.testsHaveTruth()
        try settings.stopping.check(samples.shape.task, hasTests: !samples.testing.isEmpty, hasTruth: hasTruth)
        var record = RunRecord(
            graphName: model.graphName, graphHash: model.graphHash, settings: settings, data: dataSettings,
            fingerprint: samples.fingerprint)
        record.initialWeights = try previous.map(\.initialWeights) ?? starting?.digest()
        try repeated?.check(initialWeights: record.initialWeights)
        if let previous { try Self.checkSameData(previous, record, files) }
        try ranks?.checkSameData(record.fingerprint)
        try repeated?.check(samples)
        if let findings { console.say(findings.text + "; " + samples.cacheText) }
        var notices = DataNotices(samples, findings, names)
        if !hasTruth { notices.putFirst(samples.nothingToFind()) }
        notices.tell(console)
        var (training, description) = try started(
            context, samples, names, record, files,
            findings: [findings?.text].compactMap { $0 } + notices.findings.map { $0.line() }, starting: starting,
            isContinued: previous != nil, lastEpoch: repeated?.lastEpoch, share: share, console: console)
        let ending = try training.run()
        guard context.isFirst else { return ending }
        if training.state.settings.fit != record.settings.fit {
            try Self.note(training.state.settings, in: &description, files)
        }
        switch ending {
        case .finished:
            try finish(training.results, description, ending.state, console)
            try repeated?.compare(with: files, console)
        case .early(let reason):
            console.say("stopped early: " + reason)
            try finish(training.results, description, ending.state, console)
            try repeated?.compare(with: files, console)
        case .interrupted(let isTimeUp):
            if isTimeUp && training.state.progress.epoch > 0 {
                try finish(training.results, description, ending.state, console)
            }
            let why = isTimeUp ? "the time of --minutes \(Text.plain(flags.stopping.minutes ?? 0)) is up: " : ""
            console.answer(
                why + "stopped after step \(training.state.progress.step), everything is saved; continue with\n  "
                    + RunContinuation.line(context.arguments))
        }
        withExtendedLifetime(folder) {}
        return ending
    }

    private var threads: Int { data.threads ?? processorCount() }

    /// A run at its beginning, or where its checkpoint stands.
    private func started(
        _ context: TrainerContext, _ samples: DataSet, _ names: ClassNames, _ record: RunRecord, _ files: RunFiles,
        findings: [String], starting: StartingWeights?, isContinued: Bool, lastEpoch: Int?,
        share: Int, console: Console
    ) throws -> (run: TrainingRun, description: RunDescription) {
        let model = context.model
        // Before threads are started, for they inherit which signals are held back.
        let interruption = Interruption()
        let place = context.ranks?.place ?? .alone
        if !isContinued { try sayMemory(model, samples, record, place, console) }
        // The tests between epochs are too short a part of training to spend memory on.
        let net = try Net(
            model: model, for: record.use(at: place), threads: threads, pins: data.threading.pin,
            preparedWeights: .recomputed)
        var record = record
        let task = samples.shape.task
        let size = samples.testedSize
        var log = MetricsLog(task: task, size: size)
        if !context.isFirst {
            // What the first one has comes below.
        } else if isContinued {
            let previous = try Checkpoint(path: files.checkpoint).restore(net.parameters)
            record.progress = previous.progress
            // Not by their names: what is not named is one of them.
            if try task.criterion(previous.settings.stopping.bestBy)
                != task.criterion(record.settings.stopping.bestBy)
            {
                record.progress.forgetBest()
                console.say("the best weights are chosen anew from here, by what --best-by names now")
            }
            forgetLostBest(files, &record.progress, console)
            if samples.testing.isEmpty { record.progress.plateau.takeLosses() }
            log = try Self.log(files, task, through: record.progress.epoch)
            log.size = size
        } else {
            net.parameters.initialize(record.settings.initialValues, seed: record.settings.seed)
            try starting?.load(into: net.parameters)
        }
        if let ranks = context.ranks {
            (record, log) = try ranks.share(record, log, net.parameters, from: files)
        }
        let plan = PlanDescription(model)
        let description = try description(
            context, record, samples, findings: findings, starting: starting, plan: plan,
            previous: isContinued ? Self.previousDescription(files) : nil)
        if context.isFirst { try Self.write(description, plan, model, to: files) }
        announce(console, samples, record, context.ranks)
        try announceParameters(console, starting, record.settings, model)
        let profile = try (context.isFirst ? profiling.path : nil).map {
            try SessionProfile(
                profiling.window ?? .standard, to: $0, net: net, data: samples, settings: record.settings)
        }
        let session = SessionPlan(
            checkpointEvery: checkpointEvery, secondsAllowed: flags.stopping.minutes.map { 60 * $0 },
            secondsToFit: flags.stopping.fitSchedule ? flags.stopping.minutes.map { 60 * $0 / Double(share) } : nil,
            lastEpoch: lastEpoch, isPoisoned: poison)
        let run = TrainingRun(
            net: net, data: samples, names: names, files: files, state: RunState(record: record, log: log),
            console: console, interruption: interruption, plan: session,
            logs: context.isFirst
                ? RunLogs(stepInterval: logging.logEvery, description: description, split: SplitNames(samples))
                : RunLogs(),
            profile: profile, ranks: context.ranks)
        return (run, description)
    }

    /// Before the net's memory is taken.
    private func sayMemory(
        _ model: Model, _ samples: DataSet, _ record: RunRecord, _ place: RankPlace, _ console: Console
    ) throws {
        // What decoding has left.
        MemoryUse.giveBackFreeMemory()
        let pictures = samples.keptBytes
        var forecast = try MemoryForecast(
            model: model, shape: samples.shape, settings: record.settings, tests: record.data.tests, place: place,
            threads: threads, pictures: pictures, program: max(0, (MemoryUse.residentBytes() ?? pictures) - pictures))
        forecast.decoding = samples.decodingBytesTogether
        console.say("memory: " + forecast.text)
        if let budget = try ModelDefaults(metadata: model.metadata).memoryBudget, forecast.total > budget {
            console.warn(
                "training takes more than the \(Text.bytes(budget)) that the trainer was compiled for: "
                    + "smaller pictures, or a smaller --batch or --cache, take less")
        }
    }

    /// Says that changes of colour do nothing where there are no colours.
    private func sayColours(_ settings: AugmentationSettings, _ shape: SampleShape, _ console: Console) {
        let asked = [("saturation", settings.saturation), ("hue", settings.hue)].filter { $0.1 > 0 }.map { $0.0 }
        guard shape.channels != 3, !asked.isEmpty else { return }
        console.warn(
            "--augment \(asked.joined(separator: ", ")): the net's pictures have \(Text.count(shape.channels, "channel")), no "
                + "colours, so that this does nothing")
    }

    private func announce(_ console: Console, _ samples: DataSet, _ record: RunRecord, _ ranks: RankGroup?) {
        let settings = record.settings
        let pieces = record.data.patches.map { Self.text($0, samples) } ?? ""
        let start = record.progress.step == 0 ? "" : ", from step \(record.progress.step)"
        console.say(
            "\(record.graphName): \(samples.training.count) pictures train, \(samples.testing.count) test "
                + "(\(record.data.title)); \(pieces)\(settings.summary), "
                + "\(Text.count(threads, "thread"))\(ranks.map { " in each of " + $0.summary } ?? "")\(start)")
        if record.progress.epoch >= settings.epochsToTrain {
            console.say(
                "all \(Text.count(record.progress.epoch, "epoch")) are done; a larger --epochs trains on"
                    + (settings.fit == nil ? "" : ", with a schedule of its own"))
        }
    }

    /// What is not trained from nothing, and what is not trained at all.
    private func announceParameters(
        _ console: Console, _ starting: StartingWeights?, _ settings: TrainingSettings, _ model: Model
    ) throws {
        if let starting {
            console.say("from \(starting.path): " + starting.matching.summary.joined(separator: "\n  "))
        }
        if let held = try HeldParameters(settings, of: model) {
            if let text = held.text(settings.parameters.frozen) { console.say(text) }
            if let warning = held.warning(settings.parameters.frozen) { console.warn(warning) }
        }
    }

    /// `16 pieces of 128x128 of each, `
    private static func text(_ patches: PatchSettings, _ samples: DataSet) -> String {
        let size = PictureSize(width: samples.shape.width, height: samples.shape.height).text
        let scale = patches.scale == 1 ? "" : " at scale \(Text.plain(patches.scale))"
        return "\(Text.count(patches.perPicture, "piece")) of \(size) of each in an epoch\(scale); "
    }

    private func finish(
        _ results: RunResults, _ description: RunDescription, _ ending: ReportState, _ console: Console
    ) throws {
        do { try writeResults(results, description, ending, console) } catch {
            // The page says so if it can; what went wrong is what counts.
            try? results.writeReport(description, .failed("\(error)"), best: nil, gallery: nil)
            throw error
        }
    }

    private func writeResults(
        _ results: RunResults, _ description: RunDescription, _ ending: ReportState, _ console: Console
    ) throws {
        let files = results.writer.files
        let state = results.state
        try results.drawCurves()
        try results.drawSamples()
        let result = try results.testBest(measuresWritten: measuring.ownSize)
        let matrix = result?.confusion
        if let matrix {
            try results.draw(matrix)
            console.say("classes\(state.log.sizeText):\n" + matrix.table(results.names))
        }
        if let labels = result?.labels { console.say("labels\(state.log.sizeText):\n" + labels.table(results.names)) }
        var gallery: PictureGallery?
        if let written = result?.written, written.fault == nil {
            gallery = try results.gallery(written)
            try results.writeTable(written)
            if let curve = written.curve { try results.keepThreshold(curve) }
        }
        try results.writeReport(description, ending, best: result, gallery: gallery)
        try results.writeBest(result)
        if let quality = state.progress.best {
            let best = try state.task.criterion(state.settings.stopping.bestBy).text(quality)
            console.say("best \(best)\(state.log.sizeText) in epoch \(state.progress.bestEpoch): \(files.best)")
            if let written = result?.written { written.tell(state.task, console) }
        }
        console.say(
            "curves \(files.curves), samples \(files.samples), "
                + (matrix == nil ? "" : "confusion \(files.confusion), ") + "numbers \(files.metrics), "
                + "all of it on a page \(files.report)")
        console.say("memory at the peak: \(Text.bytes(MemoryUse.peakResidentBytes()))")
    }
}
