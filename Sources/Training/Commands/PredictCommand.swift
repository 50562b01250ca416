import ArgumentParser
import Imaging
import Runtime

/// `trainer predict`.
struct PredictCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Writes what the net makes of each picture as a PNG, at the picture's own size.",
        discussion: "A mask is 0 and 255; a class map is gray with the class numbers, and there is a figure of it in "
            + "colours in overlays/; a net that learns its input writes the picture as it reconstructs it.")

    @OptionGroup var inputs: PredictInputOptions
    @OptionGroup var weights: WeightsOptions
    @OptionGroup var classes: ClassOptions
    @OptionGroup var output: PredictOutputOptions

    @Option(help: "Threads; default: one per processor.")
    var threads: Int?

    mutating func validate() throws { try validateThreads(threads) }

    func run(_ context: TrainerContext) throws {
        let start = monotonicSeconds()
        let console = Console()
        let threads = threads ?? processorCount()
        let task = try NetInterface(model: context.model).task
        let names = try ClassNames(classes.names ?? weights.record()?.data.classNames ?? [], task: task)
        let targets = PredictionTargets(folder: output.folder, task: task, style: try output.style(task))
        let source = try source(targets, threads)
        try FileSystem.makeFolder(output.folder)
        let tally = try predict(source, targets.style, names, context.model, threads, console)
        console.clear()
        if let warning = tally.report.warning, !inputs.strict { console.warn(warning) }
        guard tally.written > 0 || tally.isInterrupted else {
            let first = tally.report.issues.first.map { "; the first fault is " + $0.text } ?? ""
            throw TrainerError("no picture could be read\(first)")
        }
        let speed = tally.speed(seconds: monotonicSeconds() - start)
        console.answer("\(Text.count(tally.written, task.result)) in \(output.folder) (\(speed))")
        if tally.isInterrupted { console.answer("stopped before all pictures were done; what is written is whole") }
    }

    private func source(_ targets: PredictionTargets, _ threads: Int) throws -> PredictionSource {
        guard !inputs.isStream else {
            return PredictionSource(PathStream(descriptor: 0, isNullSeparated: inputs.isNullSeparated), targets)
        }
        let listed = try PredictionInputs(inputs.inputs, isRecursive: inputs.recursive, output: targets.folder)
        return try PredictionSource(listed.pictures, targets, threads: threads)
    }

    private func predict(
        _ source: PredictionSource, _ style: PredictionStyle, _ names: ClassNames, _ model: Model, _ threads: Int,
        _ console: Console
    ) throws -> PredictionTally {
        // Before threads are started, which inherit the mask.
        let interruption = Interruption()
        // A single run would keep them for nobody.
        let isOneRun = (source.count ?? .max) * style.flips.passes.count <= model.batchCapacity
        let net = try Net(
            model: model, for: .predicting, threads: threads, preparedWeights: isOneRun ? .recomputed : .kept)
        try Checkpoint(path: try weights.file()).restoreWeights(net.parameters)
        let bar = ProgressBar(console: console, label: "predicting")
        var hint = SizeHint(net: PictureSize(width: net.interface.shape.width, height: net.interface.shape.height))
        return try WholePrediction(net: net, style: style, names: names, threads: threads, isStrict: inputs.strict).run(
            source, isInterrupted: { interruption.isRequested },
            notice: { job, size in
                guard let text = hint.text(job.picture, size) else { return }
                console.clear()
                console.warn(text)
            },
            progress: { done in
                if let count = source.count { bar.show(done, of: count) } else { bar.show(done) }
            })
    }
}

/// Says once that a picture is much larger than what the net takes.
private struct SizeHint {
    let net: PictureSize
    private var isGiven = false

    /// Times as wide or as high.
    private static let muchLarger = 8

    init(net: PictureSize) { self.net = net }

    mutating func text(_ file: String, _ size: PictureSize) -> String? {
        let isLarge = size.width >= Self.muchLarger * net.width || size.height >= Self.muchLarger * net.height
        guard isLarge, !isGiven else { return nil }
        isGiven = true
        return "\(file) has \(size.text) pixels and is resized to the net's \(net.text), so that small things get lost"
    }
}
