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

    @Argument(help: ArgumentHelp("Pictures, or folders of pictures.", valueName: "file|dir"))
    var inputs: [String]

    @OptionGroup var weights: WeightsOptions

    @OptionGroup var classes: ClassOptions

    @Option(name: .customLong("out"), help: ArgumentHelp("The folder for the results.", valueName: "dir"))
    var output: String

    @Flag(help: "Pictures that cannot be read are an error instead of being skipped.")
    var strict = false

    @Option(help: "Threads; default: one per processor.")
    var threads: Int?

    mutating func validate() throws { try validateThreads(threads) }

    func run(_ context: TrainerContext) throws {
        let console = Console()
        let threads = threads ?? processorCount()
        let file = try weights.file()
        let task = try NetInterface(model: context.model).task
        let names = try ClassNames(classes.names ?? weights.record()?.data.classNames ?? [], task: task)
        let pictures = try PredictionList(inputs: inputs, folder: output, task: task)
        // A single run would keep them for nobody.
        let isOneRun = pictures.jobs.count <= context.model.batchCapacity
        let net = try Net(
            model: context.model, for: .predicting, threads: threads,
            preparedWeights: isOneRun ? .recomputed : .kept)
        try Checkpoint(path: file).restoreWeights(net.parameters)
        try FileSystem.makeFolder(output)
        if task.classes != nil { try FileSystem.makeFolder(FileSystem.join(output, PredictionList.overlays)) }
        let bar = ProgressBar(console: console, label: "predicting")
        var report = DataReport()
        var done = 0
        for part in pictures.jobs.chunks(of: max(net.model.batchCapacity, threads)) {
            report.issues += try predict(part, net, names, threads)
            done += part.count
            bar.show(done, of: pictures.jobs.count)
        }
        console.clear()
        if let warning = report.warning, !strict { console.warn(warning) }
        let written = pictures.jobs.count - report.issues.count
        guard written > 0 else {
            let first = report.issues.first.map { "; the first fault is " + $0.text } ?? ""
            throw TrainerError("no picture could be read\(first)")
        }
        console.answer("\(Text.count(written, task.result)) in \(output)")
    }

    /// Predicts a handful of pictures; returns those that could not be read.
    private func predict(
        _ jobs: [PredictionJob], _ net: Net, _ names: ClassNames, _ threads: Int
    ) throws -> [DataIssue] {
        let shape = net.interface.shape
        let decoded = try parallelMap(count: jobs.count, threads: threads) { index in
            PredictionInput.read(jobs[index].picture, shape)
        }
        var issues: [DataIssue] = []
        var ready: [(job: PredictionJob, input: PredictionInput)] = []
        for (job, result) in zip(jobs, decoded) {
            switch result {
            case .success(let input): ready.append((job, input))
            case .failure(let error): issues.append(DataIssue(file: error.file, reason: error.message))
            }
        }
        if strict, let error = DataReport(issues: issues).strictError { throw error }
        try net.eachOutput(count: ready.count, prepare: { ready[$0].input.picture }) { index, output in
            try write(output, ready[index].job, ready[index].input, shape, names)
        }
        return issues
    }

    private func write(
        _ output: [Float], _ job: PredictionJob, _ input: PredictionInput, _ shape: SampleShape, _ names: ClassNames
    ) throws {
        let (width, height) = (input.width, input.height)
        switch shape.task {
        case .mask: try Prediction.mask(output, shape: shape, width: width, height: height).writePNG(to: job.result)
        case .classes(let range):
            let map = Prediction.classes(output, count: range.count, shape: shape, width: width, height: height)
            try map.writePNG(to: job.result)
            guard let overlay = job.overlay, let original = input.original else { return }
            try ClassColors.overlay(original, map.pixels, names: names).writePNG(to: overlay)
        case .reconstruction:
            let picture = Prediction.picture(output, shape: shape)
            try picture.resizedBilinear(width: width, height: height).writePNG(to: job.result)
        }
    }
}
