import ArgumentParser
import Driver
import Strategy
import GraphIR
import Passes
import Runtime
import TensorFiles

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a graph once on tensors from a file, through the compiled kernels.",
        discussion: """
            The inputs file holds a tensor for every input and target of the graph, each with the batch as its first \
            dimension; with --backward and no loss in the graph also "cotangent.<output>". The outputs file gets every \
            output by name, "loss", and with --backward "grad.<parameter>" and "grad.<input>" for those in --wrt.
            """)

    @OptionGroup var input: GraphArguments
    @OptionGroup var target: TargetArguments

    @Option(help: ArgumentHelp("Inputs and targets (safetensors).", valueName: "file"))
    var inputs: String

    @Option(
        help: ArgumentHelp(
            "Parameters by name (safetensors, .pt); default: the graph's initial values.",
            valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("Where to write the results (safetensors).", valueName: "file"))
    var outputs: String

    @Flag(help: "Compute gradients too.")
    var backward = false

    @Option(
        help: ArgumentHelp(
            "Inputs to differentiate with respect to as well, comma-separated; needs --backward.", valueName: "names"))
    var wrt: String?

    func validate() throws {
        if wrt != nil && !backward { throw ValidationError("--wrt asks for gradients: give --backward too.") }
    }

    func run() throws {
        try reportingErrors {
            try checkOutput(outputs, reading: [input.graph, inputs, weights])
            let session = try input.session()
            let feeds = try TensorFile(path: inputs)
            let run = GraphRun(
                session: session, feeds: feeds,
                plan: backward ? .gradients : session.graph.loss == nil ? .infer : .forward,
                withRespectTo: wrt?.split(separator: ",").map(String.init) ?? [])
            let results = try run.results(try target.options(), weights: weights, threads: target.threadCount)
            try results.write(to: outputs)
        }
    }
}
