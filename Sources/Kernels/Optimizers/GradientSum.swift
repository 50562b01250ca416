import KernelIR

/// Adds a gradient to the sum over the batches of a step. The first batch overwrites what is there, be it no number.
func gradientSum(target: Target, largest: Int) -> Kernel {
    parameterKernel(
        "accumulate_gradient", "Sum of gradients: one chunk of one parameter", changes: .sum, reads: .gradient,
        target: target, largest: largest
    ) { i, width in
        let zero = splat(0, width)
        let kept = Expression.select(
            .greater, scalar(.gradientKeep, width), zero, then: .load(.sum, i, width: width), otherwise: zero)
        return [
            .declare("kept", width: width, kept),
            .store(
                .sum, i,
                .fusedMultiplyAdd(
                    scalar(.gradientWeight, width), .load(.gradient, i, width: width),
                    .variable("kept", width: width))),
        ]
    }
}
