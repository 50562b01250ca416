import ModelABI

/// The numbers that change from one step to the next, for either optimiser; inference needs none of them.
public struct StepScalars: Hashable, Sendable {
    /// The optimiser's step, counted from 1.
    public var step = 1
    public var learningRate = 0.0
    /// Adam's decay of the first moment, SGD's momentum.
    public var beta1 = 0.0
    public var beta2 = 0.0
    public var epsilon = 0.0
    public var weightDecay = 0.0

    /// What the optimiser multiplies gradients by: 1, or less to clip them.
    public var gradientScale = 1.0
    /// What the gradients of this run count in their sum, of an executor that sums gradients.
    public var gradientWeight = 1.0
    /// False to begin the sum anew.
    public var keepsGradients = false
    /// What the parameters count in their moving average.
    public var averageWeight = 0.0

    /// Of what is random: the same seed and step give the same dropout masks.
    public var seed: UInt64 = 0

    /// Values for plans that update nothing.
    public init() {}

    /// A step of Adam, with PyTorch's defaults.
    public static func adam(
        step: Int, learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) -> StepScalars {
        var scalars = StepScalars()
        scalars.step = step
        scalars.learningRate = learningRate
        scalars.beta1 = beta1
        scalars.beta2 = beta2
        scalars.epsilon = epsilon
        scalars.weightDecay = weightDecay
        return scalars
    }

    /// A step of stochastic gradient descent.
    public static func sgd(
        step: Int, learningRate: Double, momentum: Double = 0, weightDecay: Double = 0
    ) -> StepScalars {
        var scalars = StepScalars()
        scalars.step = step
        scalars.learningRate = learningRate
        scalars.beta1 = momentum
        scalars.weightDecay = weightDecay
        return scalars
    }

    /// The form that kernels read. The corrections 1 - beta^step lose all their digits in Float, so they are made here.
    /// - Parameters:
    ///   - batch: samples of the call.
    ///   - first: the number of the first one within its batch.
    func abi(batch: Int, first: Int = 0) -> unetc_scalars {
        var values = unetc_scalars()
        values.batch = Int64(batch)
        values.first_sample = Int64(first)
        values.step = Int64(step)
        values.seed = seed
        values.learning_rate = Float(learningRate)
        values.beta1 = Float(beta1)
        values.beta2 = Float(beta2)
        values.epsilon = Float(epsilon)
        values.weight_decay = Float(weightDecay)
        values.correction1 = Float(1 - Powers.power(beta1, step))
        values.correction2 = Float(1 - Powers.power(beta2, step))
        values.gradient_scale = Float(gradientScale)
        values.gradient_weight = Float(gradientWeight)
        values.gradient_keep = keepsGradients ? 1 : 0
        values.average_weight = Float(averageWeight)
        return values
    }
}
