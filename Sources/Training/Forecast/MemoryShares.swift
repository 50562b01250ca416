import Base
import HostLimits
import Imaging
import Runtime

/// What a command's memory is spent on besides the net: decoded pictures that are kept, and decoding.
struct MemoryShares {
    var cache: SampleCache
    /// Bytes that decoders may take together.
    var decoding: Int

    /// Whatever is left, decoding gets so much: pictures whose rows come in order take less.
    static let least = 4 << 20

    /// - Parameters:
    ///   - budget: of the whole process, what the trainer was compiled for; nil without one.
    ///   - net: bytes that are going to be taken for other things.
    ///   - threads: that compute; as many read pictures.
    init(budget: Int?, net: Int, threads: Int) {
        let free = HostLimits().availableMemory(stacks: 2 * threads * PosixThread.stackBytes)
        self.init(free: free, budget: budget.map { $0 - (MemoryUse.residentBytes() ?? 0) }, net: net)
    }

    /// - Parameters:
    ///   - free: bytes that the machine could give.
    ///   - budget: bytes that the process may still take; nil without a limit.
    init(free: Int, budget: Int?, net: Int) {
        let left = max(0, min(free, budget ?? free) - net)
        decoding = max(Self.least, left / 2)
        cache = SampleCache(limit: max(0, left - decoding))
    }

    /// Of predictions or tests, with those of the plans that the model has.
    /// - Throws: `RuntimeError` or `TrainerError` for a model that cannot be used.
    init(_ model: Model, plans: [String], threads: Int) throws {
        let plans = plans.filter(model.planNames.contains)
        let net = try MemoryUse(model: model, plans: plans, threads: threads, preparedWeights: .kept)
        self.init(
            budget: try ModelDefaults(metadata: model.metadata).memoryBudget, net: net.totalInPages, threads: threads)
    }

    /// Of training.
    /// - Throws: `RuntimeError` or `TrainerError` for a model that cannot be trained.
    init(training model: Model, _ settings: TrainingSettings, threads: Int) throws {
        let rest = try MemoryForecast(
            model: model, shape: NetInterface(model: model).shape, settings: settings, threads: threads, pictures: 0,
            program: 0)
        self.init(budget: try ModelDefaults(metadata: model.metadata).memoryBudget, net: rest.total, threads: threads)
    }

    /// Keeps decoders within their share, and ends them when a signal is held back.
    var supervisor: DecodingSupervisor {
        DecodingSupervisor(bound: decoding, most: decoding, isCancelled: { Interruption.isPending })
    }
}
