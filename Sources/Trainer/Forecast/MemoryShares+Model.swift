import Base
import DataSets
import HostLimits
import Nets
import Recipes
import Runtime

extension MemoryShares {
    /// - Parameters:
    ///   - budget: of the whole process, what the trainer was compiled for; nil without one.
    ///   - net: bytes that are going to be taken for other things.
    ///   - threads: that compute; as many read pictures.
    init(budget: Int?, net: Int, threads: Int) {
        let free = HostLimits().availableMemory(stacks: 2 * threads * PosixThread.stackBytes)
        self.init(free: free, budget: budget.map { $0 - (MemoryUse.residentBytes() ?? 0) }, net: net)
    }

    /// Of predictions or tests, with those of the plans that the model has.
    /// - Parameter nets: how many are in memory together.
    /// - Throws: `RuntimeError` or `TrainerError` for a model that cannot be used.
    init(_ model: Model, plans: [String], nets: Int = 1, threads: Int) throws {
        let plans = plans.filter(model.planNames.contains)
        let net = try MemoryUse(model: model, plans: plans, threads: threads, preparedWeights: .kept)
        self.init(
            budget: try ModelDefaults(metadata: model.metadata).memoryBudget, net: nets * net.totalInPages,
            threads: threads)
    }

    /// Of training.
    /// - Throws: `RuntimeError` or `TrainerError` for a model that cannot be trained.
    init(training model: Model, _ settings: TrainingSettings, tests: Net.Tests = .resized, threads: Int) throws {
        let rest = try MemoryForecast(
            model: model, shape: NetInterface(model: model).shape, settings: settings, tests: tests, threads: threads,
            pictures: 0, program: 0)
        self.init(budget: try ModelDefaults(metadata: model.metadata).memoryBudget, net: rest.total, threads: threads)
    }
}
