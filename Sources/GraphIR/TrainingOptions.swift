import Base

/// How initial values are drawn.
public enum InitialValues: String, Hashable, Sendable, CaseIterable {
    case he
    case pytorch
}

/// The optimiser and its constants.
public enum OptimizerOptions: Hashable, Sendable {
    case adam(learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)
    /// Adam whose weight decay takes from the parameter, not from the gradient.
    case adamw(learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)
    case sgd(learningRate: Double, momentum: Double, weightDecay: Double)

    /// As it is written.
    public var name: String {
        switch self {
        case .adam: "adam"
        case .adamw: "adamw"
        case .sgd: "sgd"
        }
    }

    /// Numbers that it keeps for each one of a parameter.
    public var moments: Int {
        switch self {
        case .adam, .adamw: 2
        case .sgd: 1
        }
    }

    /// PyTorch's defaults.
    public static func adam(learningRate: Double = 1e-3) -> OptimizerOptions {
        .adam(learningRate: learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0)
    }
}

/// How the learning rate goes, by name, and the numbers of that schedule in their order.
public struct ScheduleOptions: Hashable, Sendable {
    public struct Number: Hashable, Sendable {
        public var key: String
        public var value: Double

        public init(key: String, value: Double) {
            self.key = key
            self.value = value
        }
    }

    public var name: String
    public var numbers: [Number]

    public init(name: String = "constant", numbers: [Number] = []) {
        self.name = name
        self.numbers = numbers
    }
}

/// What the `train { … }` block says; each entry is the default of a trainer flag.
public struct TrainingOptions: Hashable, Sendable {
    public var optimizer = OptimizerOptions.adam()
    public var batch = 16
    public var epochs = 20
    public var initialValues = InitialValues.he
    public var seed: UInt64 = 0
    public var schedule = ScheduleOptions()
    /// Epochs in which the learning rate rises.
    public var warmup = 0.0
    /// The largest norm of all gradients together.
    public var clip: Double?
    /// Batches a step.
    public var accumulate = 1
    /// How much of the moving average of the parameters stays in a step.
    public var ema: Double?
    /// Epochs without better weights after which training stops.
    public var patience: Int?
    /// What the best weights are the best by.
    public var bestBy: String?
    /// Parameters of such names stay as they are: nothing computes their gradients, and normalisations keep to the moments that
    /// they have counted up.
    public var frozen: [NamePattern] = []
    /// How feature maps are stored between steps, and what convolutions multiply where their algorithms can.
    public var precision = ElementType.float32
    public init() {}

    /// The largest batch that plans are made for.
    public static let batchLimit = 65_536
}
