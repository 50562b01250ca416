/// What training may keep beyond parameters and the optimiser's state. Each takes as much memory as the parameters.
public struct TrainingExtras: Hashable, Sendable {
    /// Runs add up gradients; `applyUpdates` takes the optimiser's step with their sum.
    public var sumsGradients: Bool
    /// An exponential moving average of the parameters, moved by `averageParameters`.
    public var averagesParameters: Bool

    public init(sumsGradients: Bool = false, averagesParameters: Bool = false) {
        self.sumsGradients = sumsGradients
        self.averagesParameters = averagesParameters
    }
}
