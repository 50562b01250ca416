import KernelIR

/// Moves an exponential moving average towards the parameter.
func movingAverage(target: Target, largest: Int) -> Kernel {
    parameterKernel(
        "average_parameter", "Moving average: one chunk of one parameter", changes: .average, reads: .parameter,
        target: target, largest: largest
    ) { i, width in
        let value = { (name: String) in Expression.variable(name, width: width) }
        return [
            .declare("a", width: width, .load(.average, i, width: width)),
            .declare("p", width: width, .load(.parameter, i, width: width)),
            .store(.average, i, .fusedMultiplyAdd(scalar(.averageWeight, width), value("p") - value("a"), value("a"))),
        ]
    }
}
