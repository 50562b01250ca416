import ArgumentParser
import Driver
import Runtime

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time a training step and a forward pass, whole and per layer.",
        discussion: """
            The numbers are this machine's; compare runs that alternate, and ratios of medians. GFLOP/s are those of \
            the plain mathematical operation, so that an algorithm that saves multiplications can pass the peak.
            """)

    @OptionGroup var input: GraphArguments
    @OptionGroup var target: TargetArguments
    @OptionGroup var tuning: TuneArguments

    @Option(help: "Samples per step (default: the graph's batch).")
    var batch: Int?

    @Option(help: "Timed runs of each kind, after two that are not counted.")
    var runs = 6

    @Flag(help: "Bind each thread to a processor of its own.")
    var pin = false

    @Flag(help: "Time the forward pass only; memory and layers are then those of prediction.")
    var inferenceOnly = false

    @Option(
        help: ArgumentHelp(
            "What a training may take at its peak, as `compile` takes it; the times are then of a part of the batch.",
            valueName: "bytes"))
    var memory = MemoryArgument.strategy(.best)

    @Option(
        help: ArgumentHelp(
            "Also draw each step under the machine's roofline, by its FLOPs, bytes and time.", valueName: "file.png"))
    var roofline: String?

    @Option(
        help: ArgumentHelp(
            """
            Project to so many cores, such as 4,8,16,32,64, in place of the tables: what each task takes on one thread, \
            handed out to that many.
            """, valueName: "cores"))
    var project: ProjectedCores?

    @Option(
        help: ArgumentHelp(
            """
            What all cores together move from and to memory, for --project (default: what is measured here, and 4 GB/s for \
            each core where that is more).
            """, valueName: "GB/s"))
    var projectBandwidth: Double?

    @Option(help: ArgumentHelp("Also draw the projection.", valueName: "file.png"))
    var projectChart: String?

    @Flag(help: "Print JSON instead of tables, as \"inspect --profile\" reads it.")
    var json = false

    /// The compiled model to time: set by the command itself, which runs again in a process of its own so that the
    /// compiler's memory does not count.
    @Option(help: .hidden)
    var model: String?

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs takes a number from 1, found \(runs)") }
        if let projectBandwidth, !(projectBandwidth > 0 && projectBandwidth < 1e6) {
            throw ValidationError("--project-bandwidth takes gigabytes per second above 0, found \(projectBandwidth)")
        }
        if project == nil, projectBandwidth != nil || projectChart != nil {
            throw ValidationError("--project-bandwidth and --project-chart need --project, such as --project 8,16")
        }
        if project != nil, roofline != nil {
            throw ValidationError("--project draws no roofline; take --project-chart, or leave --project out")
        }
    }

    func run() throws {
        try reportingErrors {
            if let model {
                try report(try Model.load(path: model))
                return
            }
            let session = try input.session()
            var options = try target.options(batch: batch)
            options.plans = session.graph.loss == nil || inferenceOnly ? [.infer] : [.train, .infer]
            options = try tuning.applied(to: options, of: session)
            let compilation = try memory.compilation(of: session, options, threads: target.threadCount) {
                printError("memory: \($0)")
            }
            let product = try compilation.compileSharedObject().product
            var arguments = ["bench", input.graph, "--model", product, "--runs", "\(runs)"]
            arguments += ["--target", target.target, "--threads", "\(target.threadCount)"] + (json ? ["--json"] : [])
            if let roofline { arguments += ["--roofline", roofline] }
            if pin { arguments.append("--pin") }
            if let project { arguments += ["--project", project.text] }
            if let projectBandwidth { arguments += ["--project-bandwidth", "\(projectBandwidth)"] }
            if let projectChart { arguments += ["--project-chart", projectChart] }
            try replaceProcess(arguments: arguments)
        }
    }

    private func report(_ model: Model) throws {
        if let project { return try report(model, on: project.counts) }
        let width = try target.options().target.vectorWidth
        let benchmark = try Benchmark(
            model: model, runs: runs, threads: target.threadCount, pins: pin, vectorWidth: width)
        if let roofline { try benchmark.roofline.render(width: 1200, height: 800).writePNG(to: roofline) }
        if json { printContent(benchmark.json.text + "\n") } else { printResult(benchmark.text) }
    }

    private func report(_ model: Model, on cores: [Int]) throws {
        let projection = try CoreProjection(
            model: model, cores: cores, bandwidth: projectBandwidth.map { $0 * 1e9 }, runs: runs, pins: pin)
        if let projectChart { try projection.picture(width: 1000).writePNG(to: projectChart) }
        if json { printContent(projection.json.text + "\n") } else { printResult(projection.text) }
    }
}
