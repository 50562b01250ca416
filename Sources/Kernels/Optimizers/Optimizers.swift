import KernelIR

/// An optimiser's step, the same function for every parameter.
public struct OptimizerKernel: Sendable {
    public var name: String
    /// State tensors per parameter.
    public var moments: Int
    public var kernel: Kernel
}

/// The optimisers that every model carries; `largest` is the number of elements of its largest parameter.
public func optimizerKernels(target: Target, largest: Int) -> [OptimizerKernel] {
    [
        adam(target: target, largest: largest), adamW(target: target, largest: largest),
        sgd(target: target, largest: largest),
    ]
}

/// What every model carries for training beyond plain steps.
public struct TrainingKernels: Sendable {
    /// `sum = keep * sum + weight * gradient`.
    public var accumulate: Kernel
    /// `average = average + weight * (parameter - average)`.
    public var average: Kernel

    public init(target: Target, largest: Int) {
        accumulate = gradientSum(target: target, largest: largest)
        average = movingAverage(target: target, largest: largest)
    }

    public var all: [Kernel] { [accumulate, average] }
}
