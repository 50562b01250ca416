import DataSets
import Recipes
import Runtime
import TrainerSupport

/// A model with its parameters, ready to take steps, to be tested and to predict.
package final class Net {
    /// What a net is made for; decides which plans it holds.
    package enum Use: Hashable, Sendable {
        /// Steps of an optimiser, whose state is kept, with tests and predictions in between.
        /// With whole pictures to be tested, tile by tile, if that is wanted.
        case training(OptimizerSettings.Kind, TrainingExtras, tests: Tests = .resized)
        /// Tests, which know the loss, and predictions.
        case testing
        /// Predictions alone.
        case predicting
    }

    /// What tests between epochs look at.
    package enum Tests: Hashable, Sendable {
        /// Pictures that were brought to the net's size.
        case resized
        /// Pieces of pictures, and pictures as a whole, tile by tile.
        case tiled
    }

    package let model: Model
    package let interface: NetInterface
    package let parameters: ParameterStore
    package let executor: Executor
    /// Each nil in a net that is not made for it, or whose graph has no loss.
    package let training: PlanHandle?
    private let test: PlanHandle?
    private let inference: PlanHandle

    /// The plans of a model that a use needs.
    package static func plans(_ use: Use, of model: Model) -> [String] {
        switch use {
        case .training(_, _, .resized): [PlanNames.train, PlanNames.forward, PlanNames.infer]
        case .training(_, _, .tiled):
            [PlanNames.train, PlanNames.forward, PlanNames.infer] + PlanNames.tiles(of: model)
        case .testing: [PlanNames.forward, PlanNames.infer]
        case .predicting: [PlanNames.infer]
        }
    }

    /// - Parameters:
    ///   - pins: whether each thread is bound to a processor.
    ///   - preparedWeights: whether tests and predictions keep what they derive from the weights, which takes memory and
    ///     saves time when there are many between two changes of the weights.
    ///   - weights: a file to read the parameters from, for nets that are not trained; without one they are zero.
    /// - Throws: `RuntimeError` or `TrainerError` when the model does not fit, or memory does not suffice.
    package init(
        model: Model, for use: Use, threads: Int, pins: Bool = false, preparedWeights: PreparedWeights,
        weights: Checkpoint? = nil
    ) throws {
        self.model = model
        interface = try NetInterface(model: model)
        if use != .predicting && !interface.canTrain { throw Self.noLoss(model) }
        parameters = try ParameterStore(model: model)
        try weights?.restoreWeights(parameters)
        var optimizer: String?
        var extras = TrainingExtras()
        if case .training(let kind, let asked, _) = use { (optimizer, extras) = (kind.rawValue, asked) }
        let plans = Self.plans(use, of: model)
        executor = try Executor(
            model: model, parameters: parameters, plans: plans, threads: threads, optimizer: optimizer,
            extras: extras, preparedWeights: preparedWeights, pins: pins)
        training = plans.contains(PlanNames.train) ? try executor.plan(PlanNames.train) : nil
        test = plans.contains(PlanNames.forward) ? try executor.plan(PlanNames.forward) : nil
        inference = try executor.plan(PlanNames.infer)
    }

    package static func noLoss(_ model: Model) -> TrainerError {
        TrainerError(
            "graph \"\(model.graphName)\" has no loss to train or test with", hint: "add a loss and compile it again")
    }

    /// The loss of a batch of at most the batch capacity, as the graph defines it, and the output of each sample.
    /// - Throws: `RuntimeError`; `TrainerError` for a net that is made for predicting alone.
    package func tested(_ batch: Batch) throws -> (loss: Double, outputs: [[Float]]) {
        guard let test else { throw Self.noLoss(model) }
        try write(batch, test)
        try executor.run(test, batch: batch.pictures.count)
        let outputs = try batch.pictures.indices.map { try executor.read(interface.output, plan: test, sample: $0) }
        return (Double(try executor.loss(test)), outputs)
    }

    /// The output of each picture, at most the batch capacity.
    /// - Throws: `RuntimeError`.
    package func outputs(of pictures: [[Float]]) throws -> [[Float]] {
        for (sample, values) in pictures.enumerated() {
            try executor.write(interface.picture, plan: inference, sample: sample, from: values)
        }
        try executor.run(inference, batch: pictures.count)
        return try pictures.indices.map { try executor.read(interface.output, plan: inference, sample: $0) }
    }

    /// The outputs of any number of pictures, in parts that fit; `prepare` makes the picture of an index.
    package func eachOutput(count: Int, prepare: (Int) -> [Float], _ body: (Int, [Float]) throws -> Void) throws {
        for start in stride(from: 0, to: count, by: model.batchCapacity) {
            let indices = Array(start..<min(count, start + model.batchCapacity))
            for (index, output) in zip(indices, try outputs(of: indices.map(prepare))) { try body(index, output) }
        }
    }

    /// The first result in the test of a batch that is no number; nil when there is none.
    package func firstBrokenTest(_ batch: Batch) throws -> BrokenValue? {
        guard let test else { throw Self.noLoss(model) }
        try write(batch, test)
        return try executor.runWatched(test, batch: batch.pictures.count)
    }

    /// The error for a picture of which the net says no number, although its weights are finite.
    package static func outputFault(_ picture: String) -> TrainerError {
        TrainerError(
            "\(picture): the net's output for it is no finite number, although the weights are: values grow beyond what "
                + "32-bit floats hold",
            hint: "use weights of an earlier epoch, or train with a smaller --lr; is the picture like those it was "
                + "trained on?")
    }

    /// - Parameter first: the number of the first sample.
    func write(_ batch: Batch, _ plan: PlanHandle, first: Int = 0) throws {
        for (sample, values) in batch.pictures.enumerated() {
            try executor.write(interface.picture, plan: plan, sample: first + sample, from: values)
            guard let target = interface.target else { continue }
            try executor.write(target, plan: plan, sample: first + sample, from: batch.targets[sample])
        }
    }

    /// The name of a parameter that holds a number that is not finite; nil when all is well.
    package func firstBrokenParameter() throws -> String? {
        try model.parameters.first { try !parameters.isFinite($0.name) }?.name
    }
}
