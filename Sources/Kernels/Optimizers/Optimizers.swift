import KernelIR

/// Elements of a parameter that one task updates.
public let updateChunk = 16_384

/// Buffers of parameters, gradients and moments are padded to whole cache lines, so that whole vectors may be used up to
/// the end.
private let paddedTo = 16

/// An optimiser's step, the same function for every parameter.
public struct OptimizerKernel: Sendable {
    public var name: String
    /// State tensors per parameter.
    public var moments: Int
    public var kernel: Kernel
}

/// The optimisers that every model carries; `largest` is the number of elements of its largest parameter.
public func optimizerKernels(target: Target, largest: Int) -> [OptimizerKernel] {
    [adam(target: target, largest: largest), sgd(target: target, largest: largest)]
}

private func scalar(_ name: RuntimeScalar, _ width: Int) -> Expression { splat(.scalar(name), width) }

/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1), with PyTorch's placement of
/// epsilon and of the weight decay.
private func adam(target: Target, largest: Int) -> OptimizerKernel {
    let kernel = updateKernel(
        "update_adam", "Adam: one chunk of one parameter", moments: 2, target: target, largest: largest
    ) { i, width in
        let one = splat(1, width)
        let value = { (name: String) in Expression.variable(name, width: width) }
        return [
            .declare("p", width: width, .load("parameter", i, width: width)),
            .declare(
                "g", width: width,
                .fusedMultiplyAdd(scalar(.weightDecay, width), value("p"), .load("gradient", i, width: width))),
            .declare(
                "m", width: width,
                .fusedMultiplyAdd(
                    scalar(.beta1, width), .load("moment1", i, width: width),
                    (one - scalar(.beta1, width)) * value("g"))),
            .declare(
                "v", width: width,
                .fusedMultiplyAdd(
                    scalar(.beta2, width), .load("moment2", i, width: width),
                    (one - scalar(.beta2, width)) * value("g") * value("g"))),
            .store("moment1", i, value("m")),
            .store("moment2", i, value("v")),
            .declare(
                "root", width: width,
                .unary(.squareRoot, value("v") / scalar(.correction2, width)) + scalar(.epsilon, width)),
            .store(
                "parameter", i,
                value("p") - scalar(.learningRate, width) / scalar(.correction1, width) * value("m") / value("root")),
        ]
    }
    return OptimizerKernel(name: "adam", moments: 2, kernel: kernel)
}

/// Stochastic gradient descent with momentum, as in PyTorch: `m = momentum · m + g`, `p = p − lr · m`. The first step's
/// moment is zero, which makes it PyTorch's `m = g`.
private func sgd(target: Target, largest: Int) -> OptimizerKernel {
    let kernel = updateKernel(
        "update_sgd", "SGD with momentum: one chunk of one parameter", moments: 1, target: target, largest: largest
    ) { i, width in
        let value = { (name: String) in Expression.variable(name, width: width) }
        return [
            .declare("p", width: width, .load("parameter", i, width: width)),
            .declare(
                "g", width: width,
                .fusedMultiplyAdd(scalar(.weightDecay, width), value("p"), .load("gradient", i, width: width))),
            .declare(
                "m", width: width,
                .fusedMultiplyAdd(scalar(.beta1, width), .load("moment1", i, width: width), value("g"))),
            .store("moment1", i, value("m")),
            .store("parameter", i, value("p") - scalar(.learningRate, width) * value("m")),
        ]
    }
    return OptimizerKernel(name: "sgd", moments: 1, kernel: kernel)
}

private func updateKernel(
    _ name: String, _ title: String, moments: Int, target: Target, largest: Int,
    element: (Index, Int) -> [Statement]
) -> Kernel {
    let padded = ceilingDivide(largest, paddedTo) * paddedTo
    let buffer = { (name: String, access: Buffer.Access) in Buffer(name: name, access: access, extent: padded) }
    let end = Index.minimum((.task + 1) * Index(updateChunk), .count)
    let i = Index.variable("i")
    return Kernel(
        name: name, documentation: [title + " of `count` elements, whole vectors into the padding"],
        buffers: [buffer("parameter", .readWrite), buffer("gradient", .read)]
            + (0..<moments).map { buffer("moment\($0 + 1)", .readWrite) },
        tasksFixed: max(1, ceilingDivide(largest, updateChunk)),
        body: [
            .loop(
                "i", from: .task * Index(updateChunk), to: end, step: target.vectorWidth, element(i, target.vectorWidth)
            )
        ])
}
