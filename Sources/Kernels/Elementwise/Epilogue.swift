import GraphIR
import KernelIR

/// `1 / (1 + e^−x)`
func sigmoid(_ x: Expression, width: Int) -> Expression {
    splat(1, width) / (splat(1, width) + .unary(.exponential, -x))
}

/// Operations that one application takes, for the plan's tables.
func flops(of function: Elementwise) -> Double {
    switch function {
    case .relu, .add, .multiply, .scale, .reluGradient: 1
    case .dropout: 2
    case .leakyRelu, .leakyReluGradient: 2
    case .sigmoid, .sigmoidGradient, .tanh, .tanhGradient: 4
    case .silu: 5
    case .siluGradient: 8
    }
}

extension KernelRequest {
    /// `value`, the result's element at `element` of sample `sample`, after the epilogue.
    ///
    /// `element` counts from the sample's first element, as the epilogue's operands do: all have the result's shape.
    func applyEpilogue(_ value: Expression, sample: Index, element: Index, width: Int) -> Expression {
        var value = value
        var buffer = 0
        for (step, operands) in zip(node.epilogue, epilogueOperands) {
            let loaded = operands.map { operand in
                defer { buffer += 1 }
                return Expression.load("extra\(buffer)", sample * Index(operand.sampleStride) + element, width: width)
            }
            value = apply(step.function, [value] + loaded, sample: sample, element: element, width: width)
        }
        return value
    }

    /// An elementwise function as an expression, of the result's element at `element`, which counts likewise.
    func apply(
        _ function: Elementwise, _ operands: [Expression], sample: Index, element: Index, width: Int
    ) -> Expression {
        let x = operands[0]
        let zero = splat(0, width)
        let one = splat(1, width)
        switch function {
        // In this order what is no number stays visible: the second operand is taken then.
        case .relu: return .maximum(zero, x)
        case .leakyRelu(let slope):
            return .select(.greater, x, zero, then: x, otherwise: x * splat(.constant(slope), width))
        case .sigmoid: return sigmoid(x, width: width)
        case .silu: return x * sigmoid(x, width: width)
        case .tanh: return .unary(.hyperbolicTangent, x)
        case .add: return x + operands[1]
        case .multiply: return x * operands[1]
        case .scale(let factor): return x * splat(.constant(factor), width)
        case .reluGradient: return .select(.greater, operands[1], zero, then: x, otherwise: zero)
        case .leakyReluGradient(let slope):
            return .select(.greater, operands[1], zero, then: x, otherwise: x * splat(.constant(slope), width))
        case .sigmoidGradient: return x * operands[1] * (one - operands[1])
        case .siluGradient:
            let s = sigmoid(operands[1], width: width)
            return x * (s * (one + operands[1] * (one - s)))
        case .tanhGradient: return x * (one - operands[1] * operands[1])
        case .dropout(let rate, let key):
            return dropped(x, rate: rate, key: key, sample: sample, element: element, width: width)
        }
    }

    /// `x / (1 − rate)`, or 0 where the mask of `key` says so.
    private func dropped(
        _ x: Expression, rate: Double, key: UInt64, sample: Index, element: Index, width: Int
    ) -> Expression {
        let (first, stride) = rowMajor(sample: sample, element: element, width: width)
        return .select(
            .less, .uniform(key: key, first: first, stride: stride, width: width), splat(.constant(rate), width),
            then: splat(0, width), otherwise: x * splat(.constant(1 / (1 - rate)), width))
    }

    /// The number of the result's element in `N × C × H × W`, and what the numbers of a vector's elements differ by: those
    /// of a blocked map are channels of one position.
    private func rowMajor(sample: Index, element: Index, width: Int) -> (first: Index, stride: Int) {
        let start = sample * Index(result.type.elementCount)
        let block = result.layout.block
        guard block > 1 else { return (start + element, 1) }
        precondition(width <= block, "\(node.name): a vector of more than one position")
        // Behind (c / b) · plane · b + position · b + c % b stands (c / b) · plane · b + (c % b) · plane + position.
        let plane = result.type.shape.dropFirst().reduce(1, *)
        let position = element / Index(block) % Index(plane)
        let lane = width == block ? 0 : element % Index(block)
        return (start + element + lane * Index(plane - 1) - position * Index(block - 1), plane)
    }

    /// Whether the step's function or its epilogue asks where an element is.
    var dependsOnPlaces: Bool {
        var functions = node.epilogue.map(\.function)
        if case .elementwise(let function) = node.op { functions.append(function) }
        return functions.contains { if case .dropout = $0 { true } else { false } }
    }

    /// Operations of the epilogue for one sample.
    var epilogueFlops: Double {
        node.epilogue.reduce(0) { $0 + flops(of: $1.function) } * Double(result.type.elementCount)
    }
}
