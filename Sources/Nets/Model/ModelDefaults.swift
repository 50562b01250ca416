import Base
import Recipes
import Runtime
import TrainerSupport

/// What the compiler wrote about the model: the `train { … }` block and where it was made.
package struct ModelDefaults: Hashable, Sendable {
    package var training = TrainingSettings()
    package var compiler = "unknown"
    package var target = "unknown"
    /// What batches the model's training plan can take.
    package var batches = BatchRule()
    /// What the trainer may take at its peak, in bytes; nil for as much as it likes.
    package var memoryBudget: Int?
    /// Floats of the vectors that the kernels use; nil in models from before it was written down.
    package var vectorWidth: Int?

    /// Reads the model's metadata. Entries that are missing keep PyTorch's defaults.
    /// - Throws: `TrainerError` when it is no JSON or an entry has no meaning here.
    package init(metadata: String) throws {
        let json: JSON
        do {
            json = try JSON(parsing: metadata)
        } catch {
            throw TrainerError("the model's metadata cannot be read: \(error)", hint: "compile the graph again")
        }
        compiler = json["compiler"]?.string ?? compiler
        target = json["target"]?.string ?? target
        vectorWidth = json["vector_width"]?.integer
        batches.standard = json["step_batch"]?.integer
        if json["splits_batches"] == .bool(true) {
            batches.obstacleToParts = nil
        } else if let obstacle = json["obstacle_to_splitting"]?.string {
            batches.obstacleToParts = obstacle
        }
        memoryBudget = json["memory_budget"]?.integer
        guard let train = json["train"] else { return }
        training.optimizer.kind = try Self.choice(train, "optimizer") ?? .adam
        training.initialValues = try Self.choice(train, "init") ?? .he
        training.optimizer.learningRate = train["lr"]?.number ?? training.optimizer.learningRate
        training.optimizer.beta1 = train["beta1"]?.number ?? training.optimizer.beta1
        training.optimizer.beta2 = train["beta2"]?.number ?? training.optimizer.beta2
        training.optimizer.epsilon = train["eps"]?.number ?? training.optimizer.epsilon
        training.optimizer.momentum = train["momentum"]?.number ?? training.optimizer.momentum
        training.optimizer.weightDecay = train["weight_decay"]?.number ?? training.optimizer.weightDecay
        if let text = train["schedule"]?.string { training.steps.schedule = try Schedule(parsing: text) }
        training.steps.warmup = train["warmup"]?.number ?? training.steps.warmup
        training.steps.clip = train["clip"]?.number
        training.steps.accumulate = train["accumulate"]?.integer ?? training.steps.accumulate
        training.steps.ema = train["ema"]?.number
        training.stopping.patience = train["patience"]?.integer
        training.stopping.bestBy = train["best_by"]?.string
        training.batch = train["batch"]?.integer ?? training.batch
        training.epochs = train["epochs"]?.integer ?? training.epochs
        training.parameters.leftOut = (train["freeze"]?.array ?? []).compactMap(\.string).map(NamePattern.init)
        training.seed = train["seed"]?.integer.map { UInt64(bitPattern: Int64($0)) } ?? training.seed
    }

    private static func choice<C: RawRepresentable & CaseIterable>(
        _ train: JSON, _ key: String
    ) throws -> C? where C.RawValue == String {
        guard let name = train[key]?.string else { return nil }
        if let value = C(rawValue: name) { return value }
        let known = C.allCases.map(\.rawValue).joined(separator: ", ")
        throw TrainerError(
            "the model's \(key) is \"\(name)\", expected one of \(known)", hint: "compile the graph again")
    }
}
