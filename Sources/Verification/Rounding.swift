import GraphIR
import Interpreter

/// How far computations in floats may be from exact ones.
///
/// A sum of products in floats is off by a sum of rounding errors, each at most `unit` times the partial sum it was made
/// at. As a worst case that grows with the number of terms. But rounding errors are as good as independent and of mean
/// zero, so that it grows with the square root, beyond which lies next to nothing (Higham and Mary, "A New Approach to
/// Probabilistic Rounding Error Analysis", 2019, theorem 2.4); and so do the partial sums themselves, where terms are
/// random and of mean zero (the same, "Sharper Probabilistic Backward Error Analysis for Basic Linear Algebra Kernels with
/// Random Data", 2020). Hence random operands from -1 to 1, and `confidence · unit · √count · √(sum of squares)`.
enum Rounding {
    /// Of floats, to nearest.
    static let unit = 0x1p-24
    /// Standard deviations: chance reaches that far once in 10⁹.
    static let confidence = 6.0
    /// Below it floats are not normal, and kernels flush them to zero.
    private static let smallest = 0x1p-125
    /// Roundings of what is done to a term besides adding it.
    private static let extra = 32.0

    /// Of a sum of terms of both signs.
    static func ofSum(count: Int, squares: Double) -> Double {
        confidence * unit * ((Double(count) + extra) * squares).squareRoot() + smallest
    }

    /// Of a sum of terms of which nothing is known but the sum of their magnitudes.
    static func ofSum(count: Int, magnitude: Double) -> Double {
        confidence * unit * (Double(count) + extra).squareRoot() * magnitude + smallest
    }

    /// Of a formula of a few operations, whose terms have that magnitude together.
    static func ofFormula(_ magnitude: Double) -> Double { 8 * unit * abs(magnitude) + smallest }
}

/// A value with what its computation in floats may be off by.
struct Rounded {
    var value: Double
    var error: Double

    /// A function of this value and another operand that is exact: the error goes on with the function's slope, and its
    /// own roundings come in.
    func applying(_ function: Elementwise, _ b: Double, uniform: (UInt64) -> Float) -> Rounded {
        let a = value
        let result = Interpreter.value(of: function, a, b, uniform: uniform)
        let (slope, magnitude): (Double, Double)
        switch function {
        case .relu: (slope, magnitude) = (1, 0)
        case .leakyRelu(let factor): (slope, magnitude) = (max(1, abs(factor)), result)
        case .sigmoid: (slope, magnitude) = (0.25, result)
        case .silu: (slope, magnitude) = (1.1, result)
        case .tanh: (slope, magnitude) = (1, result)
        case .add: (slope, magnitude) = (1, result)
        case .multiply: (slope, magnitude) = (abs(b), result)
        case .scale(let factor): (slope, magnitude) = (abs(factor), result)
        case .reluGradient: (slope, magnitude) = (b > 0 ? 1 : 0, 0)
        case .leakyReluGradient(let factor): (slope, magnitude) = (b > 0 ? 1 : abs(factor), result)
        case .sigmoidGradient: (slope, magnitude) = (abs(b * (1 - b)), a * abs(b) * (1 + abs(b)))
        case .siluGradient:
            let s = Interpreter.value(of: .sigmoid, b, 0, uniform: uniform)
            slope = abs(s * (1 + b * (1 - s)))
            magnitude = a * s * (1 + abs(b))
        case .tanhGradient: (slope, magnitude) = (abs(1 - b * b), a * (1 + b * b))
        case .dropout(let rate, _): (slope, magnitude) = (result == 0 ? 0 : 1 / (1 - rate), result)
        }
        // A function whose argument is exact adds no more than that.
        return Rounded(value: result, error: slope * error + (magnitude == 0 ? 0 : Rounding.ofFormula(magnitude)))
    }
}
