import GraphIR
import Kernels
import Passes

/// The memory of a whole trainer at its peak, in bytes, known before it is compiled.
public struct ProcessMemory: Hashable, Sendable {
    /// Values, gradients and scratch of the largest plan.
    public var arena: Int
    public var parameters: Int
    /// Of the optimiser.
    public var moments: Int
    /// Of the optimiser, for one number a parameter.
    public var state: Int
    /// Sums of gradients over the parts of a step.
    public var sums: Int
    /// What gradients are made of that wait for the end of a step.
    public var kept: Int
    /// The average of the parameters.
    public var average: Int
    /// Scratch of all threads.
    public var workspaces: Int
    /// Batches that are made ahead, and outputs of tests.
    public var buffers: Int
    /// The program itself: code, libraries, tables, stacks; a picture that is being decoded.
    public var program: Int

    public var total: Int { fixed + Self.resident(arena) }

    /// Everything but the arena.
    public var fixed: Int {
        let blocks = [parameters, average, sums, kept, workspaces].map(Self.resident).reduce(0, +)
        let states = state > 0 ? moments / state * Self.resident(state) : 0
        return blocks + states + buffers + program
    }

    /// The largest block that takes at most so many bytes.
    static func wholePages(_ bytes: Int) -> Int {
        let page = bytes >= 2 << 20 ? 2 << 20 : 4096
        return bytes / page * page
    }

    /// The executor has blocks from 2 MiB on in huge pages.
    private static func resident(_ bytes: Int) -> Int {
        let page = bytes >= 2 << 20 ? 2 << 20 : 4096
        return (bytes + page - 1) / page * page
    }
}

/// What a trainer takes besides the net: told by those who know the trainer.
public struct TrainerMemory: Hashable, Sendable {
    /// Batches in memory at once in training, and those of a test beside them.
    public var batches: Int
    public var program: Int

    public init(batches: Int, program: Int) {
        self.batches = batches
        self.program = program
    }
}

extension ProcessMemory {
    /// - Parameters:
    ///   - graph: as the user wrote it.
    ///   - workspaceBytes: of a thread.
    init(
        _ graph: Graph, split: StepSplit, deferred: DeferredGradients?, arenaBytes: Int, workspaceBytes: Int,
        threads: Int, trainer: TrainerMemory
    ) {
        let bytes = { (ids: [NodeID]) in ids.reduce(0) { $0 + graph[$1].type.parameterBytes } }
        let all = bytes(graph.parameters)
        arena = arenaBytes
        parameters = all
        state = all - bytes(graph.frozenParameters)
        moments = graph.training.optimizer.momentCount * state
        let training = graph.training
        sums =
            split.parts > 1 || training.sumsWholeBatches
            ? bytes(graph.trainedParameters) - (deferred?.sumBytes ?? 0) : 0
        kept = split.batch * (deferred?.sampleBytes ?? 0)
        average = training.ema != nil ? all : 0
        workspaces = threads * workspaceBytes
        let sample = graph.ids { $0.isFedBySample }.reduce(0) { $0 + graph[$1].type.bytes }
        let outputs = graph.outputs.reduce(0) { $0 + graph[$1.node].type.bytes }
        buffers = split.part * (2 * trainer.batches * sample + outputs)
        program = trainer.program
    }
}

extension TrainingOptions {
    /// Whether the gradients of a whole batch are summed in any case, be it in parts or not.
    var sumsWholeBatches: Bool { clip != nil || accumulate > 1 }
}

extension Op {
    fileprivate var isFedBySample: Bool {
        switch self {
        case .input, .target: true
        default: false
        }
    }
}

extension OptimizerOptions {
    /// Numbers of state for each parameter's number.
    var momentCount: Int {
        switch self {
        case .adam, .adamw: 2
        case .sgd(_, let momentum, _): momentum > 0 ? 1 : 0
        }
    }
}
