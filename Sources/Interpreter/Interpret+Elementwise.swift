import GraphIR

/// `1 / (1 + e^−x)`
func sigmoid(_ x: Double) -> Double { Formula.Function.sigmoid.value(x) }

/// Applies a function to each element of its operands, all of one shape.
func apply(_ function: Elementwise, _ operands: [Tensor], _ randomness: Randomness) -> Tensor {
    let formula = function.formula
    var result = operands[0]
    var element = operands.map { _ in 0.0 }
    for index in result.values.indices {
        for (number, operand) in operands.enumerated() { element[number] = operand.values[index] }
        result.values[index] = formula.value(element) { key in
            DropoutMask(seed: randomness.seed, step: randomness.step, key: key).uniform(index)
        }
    }
    return result
}
