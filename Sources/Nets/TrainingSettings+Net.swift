import DataSets
import Ranks
import Recipes
import Runtime

extension TrainingSettings {
    /// What the plans and the memory of a net have to be made for.
    package func use(tests: Net.Tests, place: RankPlace = .alone) -> Net.Use {
        .training(optimizer.kind, extras(place), tests: tests)
    }

    /// Whether the micro-batches of a batch go through a net at once, each process's together, and not one after the other.
    package func sharesBatches(_ model: Model) -> Bool { isCutAtOnce && model.obstacleToSharing == nil }

    /// Whether the net takes all of a batch's micro-batches.
    private var isCutAtOnce: Bool { steps.microBatches > 1 && steps.parts == 1 }

    /// Memory that a net needs for its steps. A norm of all gradients needs all of them in sums.
    private func extras(_ place: RankPlace) -> TrainingExtras {
        var extras = steps.extras
        let own = SumExchange.owners(of: steps.leaves, ranks: place.count)[place.rank]
        extras.sumBuffers = LocalSums(SumTree(leaves: steps.leaves), own: own, keepsLeaves: steps.accumulate > 1).count
        extras.sharesBatches = isCutAtOnce
        if steps.clip == nil { extras.stepSamples = samplesPerStep }
        extras.rates = parameters.rates(beside: optimizer.learningRate)
        return extras
    }

    /// What a net that is trained so takes.
    /// - Throws: `RuntimeError` for a model without a training plan.
    package func memory(
        _ model: Model, tests: Net.Tests = .resized, place: RankPlace = .alone, threads: Int
    ) throws -> MemoryUse {
        try MemoryUse(
            model: model, plans: Net.plans(use(tests: tests), of: model), threads: threads,
            optimizer: optimizer.kind.rawValue, extras: extras(place), preparedWeights: .recomputed)
    }
}

extension DataSettings {
    /// What tests between epochs look at.
    package var tests: Net.Tests { patches == nil ? .resized : .tiled }
}

extension RunRecord {
    /// What the plans and the memory of a net have to be made for.
    package func use(at place: RankPlace = .alone) -> Net.Use { settings.use(tests: data.tests, place: place) }
}
