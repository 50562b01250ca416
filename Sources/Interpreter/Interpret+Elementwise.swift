import GraphIR

import Platform

/// `1 / (1 + e^−x)`
func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// Applies a function to each element of its operands, all of one shape.
func apply(_ function: Elementwise, _ operands: [Tensor], _ randomness: Randomness) -> Tensor {
    var result = operands[0]
    for index in result.values.indices {
        let a = operands[0].values[index]
        let b = operands.count > 1 ? operands[1].values[index] : 0
        result.values[index] = value(of: function, a, b) { key in
            DropoutMask(seed: randomness.seed, step: randomness.step, key: key).uniform(index)
        }
    }
    return result
}

/// The function of one element of each operand; functions of one operand ignore the second.
/// - Parameter uniform: the element's random number for a key.
public func value(of function: Elementwise, _ a: Double, _ b: Double, uniform: (UInt64) -> Float) -> Double {
    switch function {
    case .relu: return a > 0 ? a : 0
    case .leakyRelu(let slope): return a > 0 ? a : slope * a
    case .sigmoid: return sigmoid(a)
    case .silu: return a * sigmoid(a)
    case .tanh: return tanh(a)
    case .add: return a + b
    case .multiply: return a * b
    case .scale(let factor): return factor * a
    // Of a gradient `dy = a` and the forward result or operand `b`.
    case .reluGradient: return b > 0 ? a : 0
    case .leakyReluGradient(let slope): return b > 0 ? a : slope * a
    case .sigmoidGradient: return a * b * (1 - b)
    case .siluGradient:
        let s = sigmoid(b)
        return a * s * (1 + b * (1 - s))
    case .tanhGradient: return a * (1 - b * b)
    case .dropout(let rate, let key): return uniform(key) < Float(rate) ? 0 : a / (1 - rate)
    }
}
