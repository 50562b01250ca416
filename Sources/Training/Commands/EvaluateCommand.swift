import ArgumentParser
import Runtime

/// `trainer evaluate`.
struct EvaluateCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Tests trained weights: loss, Dice and IoU on the pictures kept for testing.",
        discussion: "With --run, data, split and seed are those of the run unless given.")

    @OptionGroup var weights: WeightsOptions
    @OptionGroup var data: DataOptions

    @Option(help: "The seed of the split; default: the run's, or 0.")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Write picture, truth and prediction of the Nth test picture, counted from 1.", valueName: "n"))
    var show: Int?

    @Option(
        name: .customLong("out"),
        help: ArgumentHelp("Where --show writes; default: show-N.png in the run.", valueName: "png"))
    var output: String?

    func run(_ context: TrainerContext) throws {
        let console = Console()
        let file = try weights.file()
        let record = try weights.record()
        let interface = try NetInterface(model: context.model)
        let threads = data.threads ?? processorCount()
        let net = try Net(model: context.model, optimizer: nil, threads: threads, preparedWeights: .kept)
        try Checkpoint(path: file).restoreWeights(net.parameters)
        let samples = try DataSet.load(
            data.resolved(over: record?.data), shape: interface.shape, seed: seed ?? record?.settings.seed ?? 0,
            threads: threads, isStrict: data.strict, console: console)
        let count = samples.testing.count
        if let show, !(1...max(1, count)).contains(show) {
            throw TrainerError("--show \(show): there are \(Text.count(count, "test picture")), counted from 1")
        }
        let bar = ProgressBar(console: console, label: "testing")
        var done = 0
        let scores = try testScores(
            of: net, on: samples.testing, of: samples,
            progress: { batch in
                done += batch
                bar.show(done, of: count)
            })
        console.clear()
        guard let scores else {
            throw TrainerError(
                "the split keeps no pictures for testing", hint: "use a smaller --split; --split 0 tests on all")
        }
        console.answer(
            "\(Text.count(count, "test picture")): loss \(Text.fixed(scores.loss, 4)), "
                + "Dice \(Text.fixed(scores.dice, 4)), IoU \(Text.fixed(scores.iou, 4))")
        guard let show else { return }
        let target = output ?? FileSystem.join(weights.run ?? ".", "show-\(show).png")
        try RunFigures.samples([samples.testing[show - 1]], of: samples, net: net, cell: 320).writePNG(to: target)
        console.answer("picture, truth and prediction of \(samples.samples[samples.testing[show - 1]].name): \(target)")
    }
}
