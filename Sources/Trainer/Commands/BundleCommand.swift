import ArgumentParser
import Base
import FileAccess
import Runtime
import TrainerSupport

import Platform

/// `trainer bundle`.
struct BundleCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Writes the net with a run's weights as a library for programs of your own, by unetc bundle.",
        discussion: """
            The graph and its parameters are those that this trainer was compiled with. All other flags are passed on to \
            `unetc bundle`, whose --help explains them: --wheel, --target, --name, --embed and more. unetc is the program \
            that UNETC names, or the one beside this trainer, or on PATH.
            """)

    @OptionGroup var weights: WeightsOptions

    @Option(
        name: [.customLong("output"), .customLong("out")],
        help: ArgumentHelp("Where to write (default: bundles/<graph name>).", valueName: "dir"))
    var output: String?

    @Argument(parsing: .allUnrecognized, help: ArgumentHelp("Flags of unetc bundle.", valueName: "flags"))
    var passedOn: [String] = []

    func run(_ context: TrainerContext) throws {
        let model = context.model
        let files = try weights.chosen(for: model).files
        guard let file = files.first, files.count == 1 else {
            throw TrainerError(
                "a bundle has the weights of one net, found \(files.count)", hint: "name one of them with --run")
        }
        let unetc = try CompilerProgram()
        let graph = try WrittenGraph(model)
        var arguments = ["bundle", graph.path, "--weights", file] + graph.definitions
        if let output { arguments += ["--output", output] }
        if let precision = graph.precision, !passedOn.contains(where: { $0.hasPrefix("--precision") }) {
            arguments += ["--precision", precision]
        }
        let code = try unetc.run(arguments + passedOn)
        withExtendedLifetime(graph) {}
        guard code == 0 else { throw ExitCode(code) }
    }
}

/// The graph of a model as a file, which is gone with the value.
private final class WrittenGraph {
    let path: String
    /// What its parameters were set to, as the compiler takes it.
    let definitions: [String]
    /// nil in models from before it was written down.
    let precision: String?
    private let folder: String

    /// - Throws: `TrainerError` where there is no place for it, and for a model's text that makes no sense.
    init(_ model: Model) throws {
        let json: JSON
        do { json = try JSON(parsing: model.metadata) } catch {
            throw TrainerError("the model's metadata cannot be read: \(error)", hint: "compile the graph again")
        }
        definitions = (json["parameters"]?.members ?? []).flatMap { ["-D", "\($0.key)=\($0.value.string ?? "")"] }
        precision = json["precision"]?.string
        let base = CompilerProgram.environment("TMPDIR") ?? "/tmp"
        var template = FileName.bytes(of: "\(base)/unetc-graph-XXXXXX").map { CChar(bitPattern: $0) } + [0]
        guard mkdtemp(&template) != nil else {
            throw TrainerError("\(base): cannot make a folder for the graph: \(systemMessage(errno))")
        }
        folder = FileName.text(of: template.dropLast().map { UInt8(bitPattern: $0) })
        // Errors and the bundle call it what the user does.
        let name = Files.name(of: json["source"]?.string ?? "")
        path = "\(folder)/\(name.isEmpty ? "net.graph" : name)"
        try FileWriter.write(path, text: model.graphSource, .unsynced)
    }

    deinit { Files.removeFolder(folder) }
}
