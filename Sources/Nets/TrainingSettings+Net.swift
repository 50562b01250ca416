import DataSets
import Recipes
import Runtime

extension TrainingSettings {
    /// What the plans and the memory of a net have to be made for.
    package func use(tests: Net.Tests) -> Net.Use { .training(optimizer.kind, extras, tests: tests) }

    /// Memory that a net needs for its steps. A norm of all gradients needs all of them in sums.
    private var extras: TrainingExtras {
        var extras = steps.extras
        if steps.clip == nil { extras.stepSamples = samplesPerStep }
        extras.rates = parameters.rates(beside: optimizer.learningRate)
        return extras
    }

    /// What a net that is trained so takes.
    /// - Throws: `RuntimeError` for a model without a training plan.
    package func memory(_ model: Model, tests: Net.Tests = .resized, threads: Int) throws -> MemoryUse {
        try MemoryUse(
            model: model, plans: Net.plans(use(tests: tests), of: model), threads: threads,
            optimizer: optimizer.kind.rawValue,
            extras: extras, preparedWeights: .recomputed)
    }
}

extension DataSettings {
    /// What tests between epochs look at.
    package var tests: Net.Tests { patches == nil ? .resized : .tiled }
}

extension RunRecord {
    /// What the plans and the memory of a net have to be made for.
    package var use: Net.Use { settings.use(tests: data.tests) }
}
