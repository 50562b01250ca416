import ArgumentParser
import Base
import DataSets
import Imaging
import Nets
import Predictions
import Ranks
import Runtime
import Tasks
import TrainerSupport

/// `trainer predict`.
struct PredictCommand: ParsableCommand, SharedVerb {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Writes what the net makes of each picture as a PNG, at the picture's own size.",
        discussion:
            "A mask is 0 and 255; of labels that overlap there is one for each, NAME_LABEL.png; a class map is gray with the class numbers, and there is a figure of it in "
            + "colours in overlays/; a net that learns its input writes the picture as it reconstructs it.")

    @OptionGroup var inputs: PredictInputOptions
    @OptionGroup var weights: WeightsOptions
    @OptionGroup var classes: ClassOptions
    @OptionGroup var reading: PictureFlags
    @OptionGroup var tiling: TileOptions
    @OptionGroup var output: PredictOutputOptions
    @OptionGroup var overwriting: OverwriteOptions

    @OptionGroup var threading: ThreadOptions

    func run(_ context: TrainerContext) throws {
        let start = monotonicSeconds()
        let ranks = context.ranks
        let console = Console(isMute: !context.isFirst)
        let threads = try threading.threads ?? ranks?.threads() ?? threading.count
        let task = try NetInterface(model: context.model).task
        // Before anything else is said: is it a run of this net?
        let weights = try weights.chosen(for: context.model)
        let names = try ClassNames(classes.names ?? weights.record?.data.classNames ?? [], task: task)
        let known = weights.reading
        let scale = try tiling.scale(known, console)
        var style = try output.style(task, isTiled: scale != nil, names, weights)
        let settings = try reading.applied(to: known)
        let plans = scale != nil ? PlanNames.tiles(of: context.model) : Net.plans(.predicting, of: context.model)
        style.decoding = settings.decoding(
            within: try MemoryShares(
                context.model, plans: plans, nets: weights.checkpoints.count, threads: threads))
        try weights.sayMemory(context.model, plans: plans, threads: threads, console)
        style.range = settings.range ?? .full
        try settings.checkShownBands(NetInterface(model: context.model).shape.channels)
        (style.normalization, style.shownBands) = (settings.normalization ?? .range, settings.shownBands)
        let targets = PredictionTargets(
            folder: output.folder, task: task, style: style, names: names, replacing: overwriting.replacing)
        let source = try source(targets, threads, console, ranks)
        // Before threads are started, which inherit what is held back.
        let interruption = Interruption()
        let session = PredictionSession(
            model: context.model, weights: weights.checkpoints, folder: output.folder,
            style: style, threads: threads, pins: threading.pin,
            isStrict: inputs.strict, console: console, isInterrupted: { interruption.isRequested })
        var tally = try scale.map { try session.tiled(source, scale: $0) } ?? session.whole(source)
        if let ranks { tally = PredictionTally(joining: try ranks.gather(tally.message)) }
        console.clear()
        if let warning = tally.report.warning, !inputs.strict { console.warn(warning) }
        guard tally.written > 0 || tally.isInterrupted else {
            let first =
                (tally.report.issues + source.report.issues).first.map { "; the first fault is " + $0.text } ?? ""
            throw TrainerError("no picture could be read\(first)")
        }
        let speed = tally.speed(seconds: monotonicSeconds() - start)
        let what =
            task.labels.map { "masks of \($0.count) labels of \(Text.count(tally.written, "picture"))" }
            ?? Text.count(tally.written, task.result)
        console.answer("\(what) in \(output.folder) (\(speed))")
        if tally.isInterrupted { console.answer("stopped before all pictures were done; what is written is whole") }
    }

    private func source(
        _ targets: PredictionTargets, _ threads: Int, _ console: Console, _ ranks: RankGroup?
    ) throws -> PredictionSource {
        let listed: PredictionInputs
        if inputs.isStream {
            if let ranks {
                throw TrainerError(
                    "standard input comes to one process only, found \(ranks.count)",
                    hint: "name pictures or folders, or leave out the launcher")
            }
            let list = PathList(descriptor: 0, isNullSeparated: inputs.isNullSeparated)
            // What may replace any file has to know all pictures first.
            guard list.isWhole || targets.replacing == .any else { return PredictionSource(list, targets) }
            listed = try PredictionInputs(list)
        } else {
            listed = try PredictionInputs(
                inputs.inputs, isRecursive: inputs.recursive, output: targets.folder,
                channels: targets.style.decoding.channelNames)
        }
        let source = try PredictionSource(listed, targets, threads: threads)
        if inputs.strict, let error = source.report.strictError { throw error }
        if let warning = source.report.warning { console.warn(warning) }
        if !listed.unseenFolders.isEmpty {
            let them = listed.unseenFolders.count == 1 ? "it" : "them"
            console.warn(
                "pictures in \(Text.list(listed.unseenFolders.map { $0 + "/" })) are not predicted; --recursive "
                    + "looks into \(them)")
        }
        guard let ranks else { return source }
        // Nobody writes before all have looked at what is there.
        _ = try ranks.gather([])
        return source.share(ranks.rank, of: ranks.count)
    }
}
