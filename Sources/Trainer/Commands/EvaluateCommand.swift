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
        if tiling.tiles == true && show != nil {
            throw ValidationError("--show draws pictures of the net's size; leave out --tiles.")
        }
    }

    func run(_ context: TrainerContext) throws {
        let console = Console()
        let file = try weights.file()
        let record = try weights.record(for: context.model)
        let checkpoint = Checkpoint(path: file, isChecked: record != nil)
        let interface = try NetInterface(model: context.model)
        let task = interface.task
        if confusion != nil && task.classes == nil {
            throw TrainerError("--confusion: the net learns no classes that could be confused", hint: "leave it out")
        }
        let known = try weights.readingSettings(record)
        let scale = show == nil ? try tiling.scale(known, console) : nil
        if scale != nil && !task.needsMasks {
            throw TrainerError("--tiles: the net learns its input, not what it shows", hint: "leave it out")
        }
        try measuring.check(task, own: ownSize.ownSize || scale != nil)
        try overwriting.replacing.check([show.map(figure), confusion].compactMap { $0 } + measuring.files)
        let threads = data.threads ?? processorCount()
        var settings = try data.resolved(over: known, task: task)
        // What is cut out of pictures concerns training alone.
        settings.patches = nil
        if try settings.layout(for: task)?.isParted == true { try data.reading.checkSettled(settings) }
        let names = try ClassNames(settings.classNames, task: task)
        let samples = try DataSet.load(
            settings, .testing(part), shape: interface.shape, seed: seed ?? record?.settings.seed ?? 0,
            threads: threads, isStrict: data.strict,
            // Tiles read the files themselves.
            cache: scale != nil ? SampleCache(limit: 0) : data.cache,
            shares: MemoryShares(
                context.model, plans: scale != nil ? [TileGeometry.plan] : Net.plans(.testing), threads: threads),
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
        if let scale {
            let result = try testedInTiles(context.model, checkpoint, samples, scale, threads, console)
            try answer(result?.confusion, names, context.model, console)
            console.answer(
                "\(Text.count(count, "test picture")) at their own resolution: \(task.text(result?.values ?? []))")
            if let meansText = result?.meansText { console.answer(meansText) }
            return try measuring.write(result, task, names, console)
        }
        let net = try Net(
            model: context.model, for: .testing, threads: threads, preparedWeights: .kept,
            weights: checkpoint)
        if try !samples.testsHaveTruth() { console.warn(samples.nothingToFind().text) }
        guard let result = try tested(net, samples, console) else { return }
        if let fault = result.fault {
            throw TrainerError("\(file): \(fault)", hint: "use weights of an earlier epoch, or train anew")
        }
        try answer(result.confusion, names, context.model, console)
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
        output ?? FileSystem.join(weights.run ?? ".", "show-\(number).png")
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

    private func testedInTiles(
        _ model: Model, _ weights: Checkpoint, _ samples: DataSet, _ scale: Double, _ threads: Int, _ console: Console
    ) throws -> WrittenScores? {
        let net = try TiledNet(model: model, threads: threads, weights: weights)
        let bar = ProgressBar(console: console, label: "testing")
        defer { console.clear() }
        let style = PredictionStyle(testing: samples)
        let prediction = TiledPrediction(net: net, shape: samples.shape, style: style, scale: scale)
        return try TiledEvaluation(prediction: prediction, data: samples, settings: measuring.settings).run(
            on: samples.testing, progress: { bar.show($0, of: samples.testing.count) })
    }

    private func tested(_ net: Net, _ samples: DataSet, _ console: Console) throws -> TestResult? {
        let bar = ProgressBar(console: console, label: "testing")
        defer { console.clear() }
        var done = 0
        return try test(
            net, on: samples.testing, of: samples, measuring: ownSize.ownSize ? measuring.settings : nil,
            progress: { batch in
                done += batch
                bar.show(done, of: samples.testing.count)
            })
    }
}
