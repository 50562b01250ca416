import Recipes
import Runtime

extension TrainingSettings {
    /// What the plans and the memory of a net have to be made for.
    package var use: Net.Use { .training(optimizer.kind, extras) }

    /// Memory that a net needs for its steps. A norm of all gradients needs all of them in sums.
    private var extras: TrainingExtras {
        var extras = steps.extras
        if steps.clip == nil { extras.stepSamples = samplesPerStep }
        return extras
    }

    /// What a net that is trained so takes.
    /// - Throws: `RuntimeError` for a model without a training plan.
    package func memory(_ model: Model, threads: Int) throws -> MemoryUse {
        try MemoryUse(
            model: model, plans: Net.plans(use), threads: threads, optimizer: optimizer.kind.rawValue,
            extras: extras, preparedWeights: .recomputed)
    }
}
