import Driver
import GraphIR
import Passes
import Runtime
import Strategy
import TensorFiles

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
