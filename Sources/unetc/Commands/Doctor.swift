import ArgumentParser
import DataDoctor
import Driver
import Strategy
import Runtime
import Trainer

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether this machine can compile and train, and what is wrong with a data set.",
        discussion: """
            Without a data set it looks at the machine and the toolchain, measures them, and compiles and trains a tiny \
            net, which takes a few seconds. With --data DIR, or --images A --masks B, it looks at the data; --graph says for which \
            net. --machine asks for both. Exit code 0 when all is well enough to train, warnings or not, 1 when not.
            """)

    @OptionGroup var options: DoctorOptions

    @Option(help: ArgumentHelp("The graph that is to be trained on the data.", valueName: "graph"))
    var graph: String?

    @OptionGroup var parameters: ParameterArguments

    @Flag(help: "Look at the machine and the toolchain as well as at the data.")
    var machine = false

    func run() throws {
        try reportingErrors {
            let health = machine || !options.namesData ? self.health() : nil
            let diagnosis = options.namesData ? try diagnosis() : nil
            if options.json {
                let parts = [health.map { "\"machine\": \($0.json.text)" }, diagnosis.map { "\"data\": \($0.json)" }]
                printContent("{" + parts.compactMap { $0 }.joined(separator: ", ") + "}\n")
            } else {
                printResult([health?.text, diagnosis?.text].compactMap { $0 }.joined(separator: "\n\n"))
            }
            if !(health?.isHealthy ?? true) || !(diagnosis?.isTrainable ?? true) { throw ExitCode(1) }
        }
    }

    /// Measures the machine, then has everything else looked at.
    private func health() -> HealthReport {
        let processors = allowedProcessorCount()
        // Peak on the widest vectors, which native kernels use.
        let speed = try? MachineSpeed(threads: processors)
        return HealthReport.examine(
            processors: processors,
            speed: speed.map {
                MeasuredSpeed(threads: processors, peakFlops: $0.peakFlops, bandwidth: $0.bandwidth)
            }, libraries: trainerLibraries())
    }

    private func diagnosis() throws -> DataDiagnosis {
        guard let graph else { return try options.examine(net: nil) }
        let session = try Session(path: graph, overrides: parameters.overrides, frozen: parameters.freeze)
        let needs = try session.dataNeeds()
        let net = try DoctorNet(
            name: session.graph.name, input: needs.input, output: needs.output, target: needs.target,
            classes: needs.classes, ignore: needs.ignore)
        return try options.examine(net: net, seed: needs.seed)
    }
}
