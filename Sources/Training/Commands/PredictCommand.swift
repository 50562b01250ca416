import ArgumentParser
import Imaging
import Runtime

/// `trainer predict`.
struct PredictCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Writes the mask of each picture as a PNG of 0 and 255, at the picture's own size.")

    @Argument(help: ArgumentHelp("Pictures, or folders of pictures.", valueName: "file|dir"))
    var inputs: [String]

    @OptionGroup var weights: WeightsOptions

    @Option(name: .customLong("out"), help: ArgumentHelp("The folder for the masks.", valueName: "dir"))
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
        let pictures = try PredictionList(inputs: inputs, folder: output)
        // A single run would keep them for nobody.
        let isOneRun = pictures.jobs.count <= context.model.batchCapacity
        let net = try Net(
            model: context.model, optimizer: nil, threads: threads, preparedWeights: isOneRun ? .recomputed : .kept)
        try Checkpoint(path: file).restoreWeights(net.parameters)
        try FileSystem.makeFolder(output)
        let bar = ProgressBar(console: console, label: "predicting")
        var report = DataReport()
        var done = 0
        for part in pictures.jobs.chunks(of: max(net.model.batchCapacity, threads)) {
            report.issues += try predict(part, net, threads)
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
        console.answer("\(Text.count(written, "mask")) in \(output)")
    }

    /// Predicts a handful of pictures; returns those that could not be read.
    private func predict(_ jobs: [PredictionJob], _ net: Net, _ threads: Int) throws -> [DataIssue] {
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
        try net.eachLogits(count: ready.count, prepare: { ready[$0].input.picture }) { index, logits in
            let (job, input) = ready[index]
            try Prediction.mask(logits, shape: shape, width: input.width, height: input.height).writePNG(to: job.mask)
        }
        return issues
    }
}
