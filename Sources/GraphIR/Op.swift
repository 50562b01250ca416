/// How a parameter is used, which decides how it starts.
public enum ParameterKind: String, Hashable, Sendable, CaseIterable {
    case weight
    case bias
}

/// A function applied to each element on its own; all operands have the result's type.
///
/// Gradients are functions of the incoming gradient `dy` and of what the forward function left behind: its result `y`
/// where that suffices, else its operand `x`.
public enum Elementwise: Hashable, Sendable {
    case relu
    case leakyRelu(slope: Double)
    case sigmoid
    case silu
    case tanh
    /// `a + b`
    case add
    /// `a · b`
    case multiply
    /// `factor · x`
    case scale(Double)
    /// `dy where y > 0, else 0`; operands `dy`, `y`
    case reluGradient
    /// `dy where y > 0, else slope · dy`; operands `dy`, `y`
    case leakyReluGradient(slope: Double)
    /// `dy · y · (1 − y)`; operands `dy`, `y`
    case sigmoidGradient
    /// `dy · s · (1 + x · (1 − s))`, `s = sigmoid(x)`; operands `dy`, `x`
    case siluGradient
    /// `dy · (1 − y²)`; operands `dy`, `y`
    case tanhGradient

    /// Operands the function takes.
    public var operandCount: Int {
        switch self {
        case .relu, .leakyRelu, .sigmoid, .silu, .tanh, .scale: 1
        case .add, .multiply, .reluGradient, .leakyReluGradient, .sigmoidGradient, .siluGradient, .tanhGradient: 2
        }
    }
}

/// An operator of the graph. Operands are given as `name: shape` in the order in which a node lists them; `N` marks the
/// batched ones.
///
/// Switches over operators have no `default:`, so that a new one does not compile until its shape rule, gradient,
/// interpreter and kernel exist.
public enum Op: Hashable, Sendable {
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
    /// `dy: N output, x: N input` → `N input`
    case maxPoolGradient(PoolGeometry)

    // Elementwise functions and channel plumbing.
    case elementwise(Elementwise)
    /// Feature maps of equal height and width, joined along the channels.
    case concat
    /// Channels `start ..< start + count` of a feature map: the gradient of a concat's operand.
    case channelSlice(start: Int, count: Int)
    /// The same values in another memory layout; the planner knows which. Only kernel selection makes these.
    case relayout

    // Losses. Each makes one number per sample (`N []`); `batchMean` averages them.
    /// `logits: N […], target: N […]` → `N []`: mean over the sample of `(1 + (w − 1) t) · softplus(−x) + (1 − t) · x`, stable form
    case bceWithLogits(positiveWeight: Double)
    /// `logits, target, dloss: N []` → gradient with respect to the logits
    case bceWithLogitsGradient(positiveWeight: Double)
    /// `logits, target` → `N []`: `1 − (2 Σ p t + s) / (Σ p + Σ t + s)`, `p = sigmoid(logits)`
    case diceLoss(smooth: Double)
    /// `logits, target, dloss: N []` → gradient with respect to the logits
    case diceLossGradient(smooth: Double)
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
        case .maxPoolGradient: "max_pool_gradient"
        case .elementwise(let function): function.mnemonic
        case .concat: "concat"
        case .channelSlice: "channel_slice"
        case .relayout: "relayout"
        case .bceWithLogits: "bce_with_logits"
        case .bceWithLogitsGradient: "bce_with_logits_gradient"
        case .diceLoss: "dice_loss"
        case .diceLossGradient: "dice_loss_gradient"
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
}

extension Elementwise {
    /// The function's name in dumps.
    public var mnemonic: String {
        switch self {
        case .relu: "relu"
        case .leakyRelu: "leaky_relu"
        case .sigmoid: "sigmoid"
        case .silu: "silu"
        case .tanh: "tanh"
        case .add: "add"
        case .multiply: "mul"
        case .scale: "scale"
        case .reluGradient: "relu_gradient"
        case .leakyReluGradient: "leaky_relu_gradient"
        case .sigmoidGradient: "sigmoid_gradient"
        case .siluGradient: "silu_gradient"
        case .tanhGradient: "tanh_gradient"
        }
    }
}
