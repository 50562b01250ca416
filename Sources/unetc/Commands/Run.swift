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

/// One pass over a graph with tensors from a file.
struct GraphRun {
    let session: Session
    let feeds: TensorFile
    let plan: PlanKind
    var withRespectTo: [String] = []

    /// Compiles for the batch that the inputs have, runs, and collects every result.
    func results(_ base: CompileOptions, weights: String?, threads: Int) throws -> SafetensorsWriter {
        var options = base
        let batch = try batchSize()
        options.batch = batch
        options.plans = [plan]
        options.withRespectTo = withRespectTo
        let model = try Model.load(path: try session.compileSharedObject(options).product)
        let name = plan.rawValue
        let parameters = try initialParameters(model, weights: weights)
        let executor = try Executor(model: model, parameters: parameters, plans: [name], threads: threads)
        let plan = try executor.plan(name)
        for tensor in try model.plan(name).inputs { try feed(tensor, plan, executor, batch: batch) }
        try executor.run(plan, batch: batch)
        var writer = SafetensorsWriter()
        for tensor in try model.plan(name).outputs {
            let shape = (tensor.isBatched ? [batch] : []) + tensor.shape
            try writer.add(tensor.name, shape: shape, values: try executor.read(tensor.name, plan: plan))
        }
        return writer
    }

    private func initialParameters(_ model: Model, weights: String?) throws -> ParameterStore {
        let options = session.graph.training
        let parameters = try ParameterStore(
            model: model, initialValues: options.initialValues == .he ? .he : .pytorch, seed: options.seed)
        // Gradients are those of training, which normalises by the batch.
        if let weights {
            let file = try TensorFile(path: weights)
            _ = try parameters.load(
                file, prefix: file.prefix(before: model.parameters.map(\.name)),
                needsRunningMoments: plan != .gradients)
        }
        return parameters
    }

    /// The first dimension that all inputs share.
    private func batchSize() throws -> Int {
        let graph = session.graph
        let names = graph.nodes.filter { $0.op == .input || $0.op == .target }.map(\.name)
        var batch: (name: String, size: Int)?
        for name in names {
            guard let tensor = feeds.tensor(name) else { continue }
            guard let size = tensor.shape.first, size > 0 else {
                throw CommandFailure(
                    "\(feeds.path): \"\(name)\" has shape \(tensor.shape); expected at least one sample along a first "
                        + "dimension, the batch")
            }
            if let batch, batch.size != size {
                throw CommandFailure(
                    "\(feeds.path): \"\(batch.name)\" holds \(batch.size) samples, but \"\(name)\" holds \(size)")
            }
            batch = (name, size)
        }
        guard let batch else {
            throw CommandFailure(
                "\(feeds.path): holds none of the graph's inputs (\(names.joined(separator: ", "))); "
                    + "it holds \(feeds.names.sorted().joined(separator: ", "))")
        }
        return batch.size
    }

    private func feed(_ tensor: TensorInfo, _ plan: PlanHandle, _ executor: Executor, batch: Int) throws {
        guard let found = feeds.tensor(tensor.name) else {
            throw CommandFailure(
                "\(feeds.path): misses \"\(tensor.name)\", expected with shape \([batch] + tensor.shape)")
        }
        guard found.shape == [batch] + tensor.shape else {
            throw CommandFailure(
                "\(feeds.path): \"\(tensor.name)\" has shape \(found.shape), expected \([batch] + tensor.shape)")
        }
        let values = try feeds.floats(tensor.name)
        try FeedRule(of: tensor.name, in: session.graph)
            .check(values, shape: found.shape, name: tensor.name, file: feeds.path)
        for sample in 0..<batch {
            let start = sample * tensor.elementCount
            try executor.write(
                tensor.name, plan: plan, sample: sample, from: Array(values[start..<start + tensor.elementCount]))
        }
    }
}
