/// How a parameter is used, which decides how it starts.
public enum ParameterKind: String, Hashable, Sendable, CaseIterable {
    case weight
    case bias
    /// The factor of a normalisation, which starts at 1.
    case scale
    /// The summand of a normalisation, which starts at 0.
    case shift
    /// The mean over past batches, which starts at 0. Training counts it up; it has no gradient.
    case runningMean = "running_mean"
    /// The variance over past batches, which starts at 1, likewise.
    case runningVariance = "running_var"

    /// What stands behind the statement's name: PyTorch's names.
    public var suffix: String {
        switch self {
        case .weight, .scale: "weight"
        case .bias, .shift: "bias"
        case .runningMean, .runningVariance: rawValue
        }
    }

    /// Whether the optimiser changes it, along its gradient.
    public var isTrained: Bool {
        switch self {
        case .weight, .bias, .scale, .shift: true
        case .runningMean, .runningVariance: false
        }
    }
}

/// An operator of the graph. Operands are given as `name: shape` in the order in which a node lists them; `N` marks the
/// batched ones.
///
/// Switches over operators have no `default:`, so that a new one does not compile until its shape rule, gradient,
/// interpreter and kernel exist. It is indirect, so that nodes, which searches copy by the thousand, are small.
public indirect enum Op: Hashable, Sendable {
    // Leaves.
    /// A picture or feature map that the caller provides.
    case input
    /// What the loss compares with; provided by the caller.
    case target
    /// A trained tensor. `fanIn` sets the range of its initial values.
    case parameter(ParameterKind, fanIn: Int)
    /// The gradient of an output that the caller provides where a graph has no loss.
    case cotangent
    /// The number 1: the gradient of the loss with respect to itself.
    case one

    // Convolutions.
    /// `x: N input, weight: OIHW, [bias: O]` → `N output`
    case conv(ConvGeometry)
    /// A transposed convolution, told as the convolution whose data gradient it computes:
    /// `x: N output, weight: OIHW, [bias: inputChannels]` → `N input` (PyTorch's `[in, out, kh, kw]` weight is OIHW here,
    /// since its *in* is that convolution's output).
    case convTranspose(ConvGeometry)
    /// `dy: N output, weight: OIHW` → `N input`
    case convDataGradient(ConvGeometry)
    /// `dy: N output, x: N input` → `OIHW`, summed over the batch
    case convWeightGradient(ConvGeometry)
    /// `dy: N [C, H, W]` → `[C]`, summed over batch and positions: the gradient of a bias
    case channelSum

    // Pooling.
    /// `x: N input` → `N output`; the first of equal maxima counts, as in PyTorch
    case maxPool(PoolGeometry)
    /// `y: N output, x: N input` → `N input`: each value of `y` at the place where its window of `x` has its maximum, 0
    /// elsewhere; values that meet add up. The operator `max_unpool`, and the gradient of `max_pool`.
    case maxUnpool(PoolGeometry)
    /// `v: N input, x: N input` → `N output`: the value of `v` where the window of `x` has its maximum: the gradient of
    /// `max_unpool`.
    case maxPick(PoolGeometry)
    /// `x: N input` → `N output`
    case resample(Resampling)
    /// `dy: N output` → `N input`: the transposed map
    case resampleGradient(Resampling)

    // Maps of a number for each channel or position.
    case broadcast(Broadcasting)

    // Normalisation and softmax.
    /// `x: N [C, H, W]` → the same, each channel with constants of its own
    case normalize(ChannelConstants)
    case normalization(NormalizationOp)
    case layerNormalization(LayerNormalization)
    /// `x: N [C, H, W]` → the same: `e^x / Σ e^x` over the channels of each position
    case softmax
    /// `dy, y` → `y · (dy − Σ dy · y)` over the channels
    case softmaxGradient

    // Elementwise functions and channel plumbing.
    case elementwise(Elementwise)
    /// Feature maps of equal height and width, joined along the channels.
    case concat
    /// Channels `start ..< start + count` of a feature map: the operator `slice`, and the gradient of a concat's operand.
    case channelSlice(start: Int, count: Int)
    /// A feature map with channels of zeros in front of its own and behind them: the operator `pad` along channels, and the
    /// gradient of `slice`.
    case channelPad(before: Int, after: Int)
    /// The same values in another memory layout; the planner knows which. Only kernel selection makes these.
    case relayout

    // Losses. Each makes one number per sample (`N []`), which `batchMean` averages; those of classes average over
    // positions that count.
    /// `x: N […], target: N […]` → `N []`
    case sampleLoss(SampleLoss)
    /// `x, target, dloss: N []` → gradient with respect to `x`
    case sampleLossGradient(SampleLoss)
    case classLoss(ClassLossOp)
    /// `N []` → `[]`
    case batchMean
    /// `d: []` → `N []`: `d / N` for each sample
    case batchMeanGradient

    // Effects.
    /// `parameter, gradient` → nothing: the optimiser's step on one parameter, in place.
    case update
}

extension Op {
    /// The operator's name in dumps.
    public var mnemonic: String {
        switch self {
        case .input: "input"
        case .target: "target"
        case .parameter: "parameter"
        case .cotangent: "cotangent"
        case .one: "one"
        case .conv: "conv"
        case .convTranspose: "conv_transpose"
        case .convDataGradient: "conv_data_gradient"
        case .convWeightGradient: "conv_weight_gradient"
        case .channelSum: "channel_sum"
        case .maxPool: "max_pool"
        case .maxUnpool: "max_unpool"
        case .maxPick: "max_pick"
        case .resample(let map): map.mnemonic
        case .resampleGradient(let map): map.mnemonic + "_gradient"
        case .broadcast(let op): op.mnemonic
        case .normalize: "normalize"
        case .normalization(let op): op.mnemonic
        case .layerNormalization(let op): op.mnemonic
        case .softmax: "softmax"
        case .softmaxGradient: "softmax_gradient"
        case .elementwise(let function): function.mnemonic
        case .concat: "concat"
        case .channelSlice: "channel_slice"
        case .channelPad: "channel_pad"
        case .relayout: "relayout"
        case .sampleLoss(let loss): loss.mnemonic
        case .sampleLossGradient(let loss): loss.mnemonic + "_gradient"
        case .classLoss(let op): op.mnemonic
        case .batchMean: "batch_mean"
        case .batchMeanGradient: "batch_mean_gradient"
        case .update: "update"
        }
    }

    /// True for values that exist before the first step runs.
    public var isLeaf: Bool {
        switch self {
        case .input, .target, .parameter, .cotangent: true
        default: false
        }
    }

    /// True for steps that make no value but change their first operand, a parameter.
    public var isEffect: Bool {
        switch self {
        case .update, .normalization(.updateRunning): true
        default: false
        }
    }
}
