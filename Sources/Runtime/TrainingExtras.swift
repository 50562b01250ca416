/// What training may keep beyond parameters and the optimiser's state. Each takes at most as much memory as the parameters.
public struct TrainingExtras: Hashable, Sendable {
    /// Runs add up gradients; `applyUpdates` takes the optimiser's step with their sum.
    public var sumsGradients: Bool
    /// An exponential moving average of the parameters, moved by `averageParameters`.
    public var averagesParameters: Bool
    /// Samples of a step at most, in all its runs, where it takes no norm of all gradients; nil where that is not known.
    ///
    /// The gradients that a model leaves to the end of a step (`runDeferred`) then need no sums, if it can take as many.
    public var stepSamples: Int?

    /// Sums that there are at once: a step whose runs are added up in pairs has some that wait for others.
    public var sumBuffers = 1

    /// Whether runs take shares of batches: `run` with a `BatchShare`.
    public var sharesBatches = false

    /// Learning rates of some of the parameters.
    public var rates: [ParameterRate] = []

    public init(sumsGradients: Bool = false, averagesParameters: Bool = false, stepSamples: Int? = nil) {
        self.sumsGradients = sumsGradients
        self.averagesParameters = averagesParameters
        self.stepSamples = stepSamples
    }

    /// Whether the gradients that the model leaves to the end of a step are summed.
    func sumsDeferred(_ model: Model) -> Bool {
        guard sumsGradients, let capacity = model.deferredCapacity else { return false }
        return stepSamples.map { $0 > capacity } ?? true
    }
}
