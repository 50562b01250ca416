import Runtime

/// A model with its parameters, ready to take steps and to predict.
final class Net {
    let model: Model
    let interface: NetInterface
    let parameters: ParameterStore
    private let executor: Executor
    private let training: PlanHandle?
    private let inference: PlanHandle

    /// - Parameters:
    ///   - optimizer: whose state is kept; nil for a net that only predicts, which takes far less memory.
    ///   - preparedWeights: whether predictions keep what they derive from the weights, which takes memory and saves
    ///     time when there are many between two changes of the weights.
    /// - Throws: `RuntimeError` or `TrainerError` when the model does not fit, or memory does not suffice.
    init(
        model: Model, optimizer: OptimizerSettings.Kind?, threads: Int, preparedWeights: PreparedWeights
    ) throws {
        self.model = model
        interface = try NetInterface(model: model)
        parameters = try ParameterStore(model: model)
        let plans = optimizer == nil ? ["infer"] : ["train", "infer"]
        executor = try Executor(
            model: model, parameters: parameters, plans: plans, threads: threads, optimizer: optimizer?.rawValue,
            preparedWeights: preparedWeights)
        training = optimizer == nil ? nil : try executor.plan("train")
        inference = try executor.plan("infer")
    }

    /// One step of the optimiser on a batch; returns the batch's loss before the step.
    ///
    /// - Parameters:
    ///   - pictures: one `[channels, height, width]` per sample, at most the batch capacity.
    ///   - masks: one `[1, maskHeight, maskWidth]` per sample, 0 or 1.
    /// - Throws: `RuntimeError`; `TrainerError` for a net without a loss.
    func step(pictures: [[Float]], masks: [[Float]], scalars: StepScalars) throws -> Double {
        guard let training, let mask = interface.mask else {
            throw TrainerError(
                "the graph has no loss to train with", hint: "add a loss to the graph and compile it again")
        }
        for (sample, values) in pictures.enumerated() {
            try executor.write(interface.picture, plan: training, sample: sample, from: values)
            try executor.write(mask, plan: training, sample: sample, from: masks[sample])
        }
        try executor.run(training, batch: pictures.count, scalars: scalars)
        return Double(try executor.loss(training))
    }

    /// The logits `[1, maskHeight, maskWidth]` of each picture, at most the batch capacity.
    /// - Throws: `RuntimeError`.
    func logits(of pictures: [[Float]]) throws -> [[Float]] {
        for (sample, values) in pictures.enumerated() {
            try executor.write(interface.picture, plan: inference, sample: sample, from: values)
        }
        try executor.run(inference, batch: pictures.count)
        return try pictures.indices.map { try executor.read(interface.logits, plan: inference, sample: $0) }
    }

    /// The logits of any number of pictures, in parts that fit; `prepare` makes the picture of an index.
    func eachLogits(count: Int, prepare: (Int) -> [Float], _ body: (Int, [Float]) throws -> Void) throws {
        for start in stride(from: 0, to: count, by: model.batchCapacity) {
            let indices = Array(start..<min(count, start + model.batchCapacity))
            for (index, logits) in zip(indices, try logits(of: indices.map(prepare))) { try body(index, logits) }
        }
    }

    /// The name of a parameter that holds a number that is not finite; nil when all is well.
    func firstBrokenParameter() throws -> String? {
        try model.parameters.first { try !parameters.values(of: $0.name).allSatisfy(\.isFinite) }?.name
    }
}
