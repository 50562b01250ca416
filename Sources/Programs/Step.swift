import GraphIR

/// What there is to know of a step beside its operation and operands: what the planner, its verifier, searches and tables
/// go by. It is decided once, when the step is selected.
public struct Step: Hashable, Sendable {
    /// What a step does with an operand.
    public enum Access: Hashable, Sendable {
        /// Reads it all over, so that nothing may lie in its place while the step runs.
        case read
        /// Reads each element only before it stores the result there, so that the result may take its place.
        case readInPlace
        /// Changes it.
        case update
    }

    /// How the result comes to be.
    public enum Form: Hashable, Sendable {
        case computed
        /// Its operands side by side, along the channels: where they lie there already, nothing is left to do.
        case joined
        /// The channels of its operand from this one on: a view of it, or a copy.
        case slice(channel: Int)
    }

    public let phase: Phase
    public let form: Form
    /// By the node's operands.
    public let accesses: [Access]
    /// Whether it is the optimiser's step on a parameter, behind which its gradient is not needed any more.
    public let appliesGradient: Bool
    /// Whether a training may run it once more to have its value again, in the place of keeping it.
    public let mayRunAgain: Bool
    /// How a convolution is computed, and why; nil for other operators, and before it has been chosen.
    public let choice: AlgorithmChoice?
    /// Memory that its kernels share while it runs.
    public var scratchBytes = 0
    /// Memory for what it derives from parameters alone.
    public var preparedBytes = 0
    /// Memory of each thread while it runs.
    public var workspaceBytes = 0
    /// What the cost models say, on one core; nil where nobody has asked them.
    public var milliseconds: Double?
    /// Its kernels, in the order in which they run; none where nobody has asked.
    public var kernels: [KernelLoad] = []
    /// How many of its kernels, the first ones, read parameters and what is made of them alone.
    public var preparations = 0
    /// The group that each of its kernels runs in, in their order: kernels of one group run beside each other, and groups one
    /// after the other. Of a step that runs none, the group behind which its value is there. Empty where steps run one after
    /// the other, and for companions.
    public var groups: [Int] = []

    public init(_ node: Node, by choice: AlgorithmChoice? = nil) {
        self.choice = choice
        phase = Phase(node)
        accesses = node.accesses(by: choice?.algorithm)
        appliesGradient = node.op == .update
        mayRunAgain = node.op.mayRunAgain
        form =
            switch node.op {
            case .concat: .joined
            case .channelSlice(let start, _): .slice(channel: start)
            default: .computed
            }
    }
}

extension Node {
    fileprivate func accesses(by algorithm: ConvolutionAlgorithm?) -> [Step.Access] {
        let fused = epilogue.flatMap(\.operands)
        let readsFusedInPlace = Array(repeating: Step.Access.readInPlace, count: fused.count)
        let reads = Array(repeating: Step.Access.read, count: inputs.count)
        switch op {
        case .elementwise, .normalize: return Array(repeating: .readInPlace, count: inputs.count + fused.count)
        // Maps of the result's own layout, read at the place that is written next.
        case .normalization(.normalize), .layerNormalization(.normalize):
            return reads.readingInPlace(first: 1) + readsFusedInPlace
        case .normalization(.gradient): return reads.readingInPlace(first: 2) + readsFusedInPlace
        // Only windows that tile the map store each position once; a window's values are read all over it.
        case .maxUnpool(let geometry) where geometry.kernel == geometry.stride && geometry.padding == Padding(0):
            return reads + readsFusedInPlace
        case .broadcast(.apply): return reads.readingInPlace(first: 1) + readsFusedInPlace
        // A product may be stored before its epilogue runs.
        case .conv, .convTranspose, .convDataGradient:
            if algorithm?.storesOnce ?? false { return reads + readsFusedInPlace }
        case .update, .normalization(.updateRunning): return [.update] + reads.dropFirst()
        // Resampled maps are stored in pieces.
        case .input, .target, .parameter, .cotangent, .one, .convWeightGradient, .channelSum, .broadcast, .maxPool,
            .maxUnpool, .maxPick, .resample, .resampleGradient, .concat, .channelSlice, .channelPad, .relayout,
            .normalization, .layerNormalization, .softmax, .softmaxGradient, .sampleLoss, .sampleLossGradient,
            .classLoss, .batchMean,
            .batchMeanGradient:
            break
        }
        return reads + Array(repeating: .read, count: fused.count)
    }
}

extension [Step.Access] {
    fileprivate func readingInPlace(first count: Int) -> [Step.Access] {
        Array(repeating: .readInPlace, count: Swift.min(count, self.count)) + dropFirst(count)
    }
}

extension Op {
    /// Losses are not worth it, and gradients are what memory is for: all they are made of is gone, or about to go.
    fileprivate var mayRunAgain: Bool {
        switch self {
        case .broadcast(.maximumGradient), .broadcast(.spread), .broadcast(.spreadMean): false
        case .conv, .convTranspose, .broadcast, .maxPool, .maxUnpool, .resample, .normalize, .softmax, .elementwise,
            .concat, .channelPad, .relayout, .normalization(.normalize), .layerNormalization(.normalize):
            true
        case .input, .target, .parameter, .cotangent, .one, .convDataGradient, .convWeightGradient, .channelSum,
            .maxPick, .resampleGradient, .normalization, .layerNormalization, .softmaxGradient, .channelSlice,
            .sampleLoss,
            .sampleLossGradient, .classLoss, .batchMean, .batchMeanGradient, .update:
            false
        }
    }
}

/// What a kernel of a step asks of cores.
public struct KernelLoad: Hashable, Sendable {
    /// When the batch is full.
    public var tasks: Int
    /// What the cost models say of all its tasks, on one core.
    public var milliseconds: Double

    public init(tasks: Int, milliseconds: Double) {
        self.tasks = tasks
        self.milliseconds = milliseconds
    }
}

/// An operand of a concat that does not lie in its slice, to be copied to where the slice starts.
public struct ConcatCopy: Hashable, Sendable {
    /// Its place among the operands.
    public var operand: Int
    public var channel: Int

    public init(operand: Int, channel: Int) {
        self.operand = operand
        self.channel = channel
    }
}
