import KernelIR

/// Stochastic gradient descent with momentum, as in PyTorch: `m = momentum · m + g`, `p = p − lr · m`. The first step's
/// moment is zero, which makes it PyTorch's `m = g`.
func sgd(target: Target, largest: Int) -> OptimizerKernel {
    let kernel = parameterKernel(
        "update_sgd", "SGD with momentum: one chunk of one parameter", changes: .parameter, reads: .gradient,
        state: [.moment1], target: target, largest: largest
    ) { i, width in
        let value = { (name: String) in Expression.variable(name, width: width) }
        return [
            .declare("p", width: width, .load(.parameter, i, width: width)),
            .declare(
                "g", width: width,
                .fusedMultiplyAdd(scalar(.weightDecay, width), value("p"), scaledGradient(i, width))),
            .declare(
                "m", width: width,
                .fusedMultiplyAdd(scalar(.beta1, width), .load(.moment1, i, width: width), value("g"))),
            .store(.moment1, i, value("m")),
            .store(.parameter, i, value("p") - scalar(.learningRate, width) * value("m")),
        ]
    }
    return OptimizerKernel(name: "sgd", moments: 1, kernel: kernel)
}
