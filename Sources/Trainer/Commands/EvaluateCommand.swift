import ArgumentParser
import Base
import DataSets
import Nets
import Predictions
import Reporting
import Runtime
import Tasks
import TrainerSupport

extension DataPart: ExpressibleByArgument {}

/// `trainer evaluate`.
struct EvaluateCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Tests trained weights on the pictures kept for testing: the loss, and how good predictions are.",
        discussion: "With --run, data, split and seed are those of the run unless given.")

    @OptionGroup var weights: WeightsOptions
    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "Of data that comes parted, test on train, val or test; default: test if it is there, else val.",
            valueName: "part"))
    var part: DataPart?

    @Option(help: "The seed of the split; default: the run's, or 0.")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Draw the Nth test picture, counted from 1, with what is true of it and what is predicted.",
            valueName: "n"))
    var show: Int?

    @Option(
        name: .customLong("out"),
        help: ArgumentHelp("Where --show writes; default: show-N.png in the run.", valueName: "png"))
    var output: String?

    @Option(
        help: ArgumentHelp("Of class maps, draw how often which class was taken for which.", valueName: "png"))
    var confusion: String?

    @OptionGroup var overwriting: OverwriteOptions
    @OptionGroup var tiling: TileOptions
    @OptionGroup var ownSize: OwnSizeFlag
    @OptionGroup var measuring: MeasureOptions

    mutating func validate() throws {
        if (tiling.tiles == true || tiling.scale != nil) && show != nil {
            throw ValidationError("--show draws pictures of the net's size; leave out --tiles and --scale.")
        }
    }

    func run(_ context: TrainerContext) throws {
        let console = Console()
        let chosen = try weights.chosen(for: context.model)
        let record = chosen.record
        let interface = try NetInterface(model: context.model)
        let task = interface.task
        if confusion != nil && task.classes == nil {
            throw TrainerError("--confusion: the net learns no classes that could be confused", hint: "leave it out")
        }
        let known = chosen.reading
        if show != nil, tiling.tiles == nil, let patches = known?.patches {
            throw TrainerError(
                "--show: the run was trained with \(patches.text), and pictures of the net's size are nothing to it",
                hint: "--worst draws whole pictures; --no-tiles shows it resized ones all the same")
        }
        let scale = show == nil ? try tiling.scale(known, console) : nil
        if scale != nil && !task.needsMasks {
            throw TrainerError("--tiles: the net learns its input, not what it shows", hint: "leave it out")
        }
        try measuring.check(task, own: ownSize.ownSize || scale != nil)
        let measures = try measuring.settings(task, chosen, isTiled: scale != nil)
        // Nothing that the graph's loss, or measures at the net's size, could tell.
        let isTogether = scale == nil && (chosen.checkpoints.count > 1 || measures.flips != .none)
        try checkTogether(chosen, task, isTogether: isTogether)
        try overwriting.replacing.check([show.map(figure), confusion].compactMap { $0 } + measuring.files)
        let threads = data.threads ?? processorCount()
        var settings = try data.resolved(over: known, task: task)
        // What is cut out of pictures concerns training alone.
        settings.patches = nil
        // A fold parts the data that the run was trained on, and other pictures only where nothing else is said.
        if data.split != nil || !chosen.haveOneSplit { settings.fold = nil }
        if data.split == nil && !chosen.haveOneSplit { settings.split = 0 }
        if try settings.layout(for: task)?.isParted == true { try data.reading.checkSettled(settings) }
        let names = try ClassNames(settings.classNames, task: task)
        let plans =
            scale != nil
            ? PlanNames.tiles(of: context.model) : Net.plans(isTogether ? .predicting : .testing, of: context.model)
        try chosen.sayMemory(context.model, plans: plans, threads: threads, console)
        let samples = try DataSet.load(
            settings, .testing(part), shape: interface.shape, seed: seed ?? record?.settings.seed ?? 0,
            threads: threads, isStrict: data.strict,
            // Tiles read the files themselves.
            cache: scale != nil ? SampleCache(limit: 0) : data.cache,
            shares: MemoryShares(context.model, plans: plans, nets: chosen.checkpoints.count, threads: threads),
            console: console
        ).data
        let count = samples.testing.count
        if let show, !(1...max(1, count)).contains(show) {
            throw TrainerError("--show \(show): there are \(Text.count(count, "test picture")), counted from 1")
        }
        guard count > 0 else {
            throw TrainerError(
                "the split keeps no pictures for testing", hint: "use a smaller --split; --split 0 tests on all")
        }
        if scale != nil || isTogether {
            let result = try OwnSizeTest(
                model: context.model, weights: chosen.checkpoints, samples: samples, scale: scale, measures: measures,
                threads: threads, pins: data.threading.pin, console: console
            ).run()
            try answer(result?.confusion, names, context.model, console)
            if let labels = result?.labels { console.answer(labels.table(names)) }
            let place = scale == nil ? WrittenScores.title : "at their own resolution"
            let nets = chosen.checkpoints.count > 1 ? ", the mean of \(chosen.checkpoints.count) nets" : ""
            console.answer(
                "\(Text.count(count, "test picture")) \(place)\(nets): \(task.text(result?.values ?? []))")
            for line in result?.lines ?? [] { console.answer(line) }
            return try measuring.write(result, task, names, console)
        }
        let net = try Net(
            model: context.model, for: .testing, threads: threads, pins: data.threading.pin, preparedWeights: .kept,
            weights: chosen.checkpoints.first)
        if try !samples.testsHaveTruth() { console.warn(samples.nothingToFind().text) }
        guard let result = try tested(net, samples, measures, console) else { return }
        if let fault = result.fault {
            throw TrainerError("\(chosen.files[0]): \(fault)", hint: "use weights of an earlier epoch, or train anew")
        }
        try answer(result.confusion, names, context.model, console)
        if let labels = result.labels { console.answer(labels.table(names)) }
        console.answer(
            "\(Text.count(count, "test picture")): \(task.text(result.scores)) at \(samples.shape.testedSize.text)")
        if let written = result.written {
            if let fault = written.fault {
                throw TrainerError("nothing can be measured \(WrittenScores.title): \(fault)")
            }
            written.tell(task, console)
        }
        try measuring.write(result.written, task, names, console)
        guard let show else { return }
        let target = figure(show)
        let shown = samples.testing[show - 1]
        let drawn = try RunFigures.samples([shown], of: samples, net: net, names: names, cell: 320)
        try overwriting.replacing.check([target])
        try drawn.writeResult(to: target)
        let what = task.needsMasks ? "picture, truth and prediction" : "picture and reconstruction"
        console.answer("\(what) of \(samples.samples[shown].name): \(target)")
    }

    /// Where `--show` writes.
    private func figure(_ number: Int) -> String {
        output ?? FileSystem.join(weights.runs.first ?? ".", "show-\(number).png")
    }

    /// - Throws: `TrainerError` for several nets, or mirror images, of which what is asked for cannot be told.
    private func checkTogether(_ chosen: ChosenWeights, _ task: TrainingTask, isTogether: Bool) throws {
        let isEnsemble = chosen.checkpoints.count > 1
        let flag = isEnsemble ? "--run" : "--flips"
        if isEnsemble && !chosen.haveOneSplit && !data.namesData {
            throw TrainerError(
                "--run: the runs test on different pictures, so that each picture has trained some of these nets",
                hint: "name other pictures with --data; --folds has told how each net does on pictures it has not seen")
        }
        guard isTogether else { return }
        if show != nil {
            throw TrainerError(
                "--show draws what one net says of a picture as it is", hint: "leave out --show or \(flag)")
        }
        if !task.needsMasks || !ownSize.ownSize {
            throw TrainerError(
                "\(flag): several predictions of a picture are measured as masks at the pictures' own size",
                hint: task.needsMasks ? "leave out --no-own-size" : "leave it out")
        }
    }

    private func answer(
        _ matrix: ConfusionMatrix?, _ names: ClassNames, _ model: Model, _ console: Console
    ) throws {
        guard let matrix else { return }
        console.answer(matrix.table(names))
        guard let confusion else { return }
        try overwriting.replacing.check([confusion])
        try RunFigures.confusion(matrix, names: names, title: model.graphName).writeResult(to: confusion)
        console.answer("which class was taken for which: \(confusion)")
    }

    private func tested(
        _ net: Net, _ samples: DataSet, _ measures: MeasureSettings, _ console: Console
    ) throws -> TestResult? {
        let bar = ProgressBar(console: console, label: "testing")
        defer { console.clear() }
        var done = 0
        return try test(
            net, on: samples.testing, of: samples, measuring: ownSize.ownSize ? measures : nil,
            progress: { batch in
                done += batch
                bar.show(done, of: samples.testing.count)
            })
    }
}
