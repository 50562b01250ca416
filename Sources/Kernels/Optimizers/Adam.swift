import KernelIR

/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1), with PyTorch's placement of
/// epsilon and of the weight decay.
func adam(target: Target, largest: Int) -> OptimizerKernel {
    let kernel = adamKernel(
        "update_adam", "Adam: one chunk of one parameter", target: target, largest: largest
    ) { i, width in
        [
            .declare("p", width: width, .load(.parameter, i, width: width)),
            .declare(
                "g", width: width,
                .fusedMultiplyAdd(
                    scalar(.weightDecay, width), .variable("p", width: width), scaledGradient(i, width))),
        ]
    }
    return OptimizerKernel(name: "adam", moments: 2, kernel: kernel)
}

/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2), in PyTorch's form: the
/// weight decay is times the learning rate, and takes from the parameter before the step.
func adamW(target: Target, largest: Int) -> OptimizerKernel {
    let kernel = adamKernel(
        "update_adamw", "AdamW: one chunk of one parameter", target: target, largest: largest
    ) { i, width in
        let kept = splat(1, width) - scalar(.learningRate, width) * scalar(.weightDecay, width)
        return [
            .declare("p", width: width, kept * .load(.parameter, i, width: width)),
            .declare("g", width: width, scaledGradient(i, width)),
        ]
    }
    return OptimizerKernel(name: "adamw", moments: 2, kernel: kernel)
}

/// Adam's step on `p` and `g`, which `decayed` declares.
private func adamKernel(
    _ name: String, _ title: String, target: Target, largest: Int, decayed: (Index, Int) -> [Statement]
) -> Kernel {
    parameterKernel(
        name, title, changes: .parameter, reads: .gradient, state: [.moment1, .moment2], target: target,
        largest: largest
    ) { i, width in
        let one = splat(1, width)
        let value = { (name: String) in Expression.variable(name, width: width) }
        return decayed(i, width) + [
            .declare(
                "m", width: width,
                .fusedMultiplyAdd(
                    scalar(.beta1, width), .load(.moment1, i, width: width),
                    (one - scalar(.beta1, width)) * value("g"))),
            .declare(
                "v", width: width,
                .fusedMultiplyAdd(
                    scalar(.beta2, width), .load(.moment2, i, width: width),
                    (one - scalar(.beta2, width)) * value("g") * value("g"))),
            .store(.moment1, i, value("m")),
            .store(.moment2, i, value("v")),
            .declare(
                "root", width: width,
                .unary(.squareRoot, value("v") / scalar(.correction2, width)) + scalar(.epsilon, width)),
            .store(
                .parameter, i,
                value("p") - scalar(.learningRate, width) / scalar(.correction1, width) * value("m") / value("root")),
        ]
    }
}
