/// A convolution's operands by what they are.
extension KernelRequest {
    /// The map that a convolution, or its data gradient, reads.
    var map: Operand { inputs[0] }
    var weight: Operand { inputs[1] }
    var bias: Operand? { inputs.count == 3 ? inputs[2] : nil }

    /// What a weight gradient reads: the gradient of the convolution's output, and the convolution's input.
    var outputGradient: Operand { inputs[0] }
    var convolved: Operand { inputs[1] }
}
