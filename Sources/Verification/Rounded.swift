import GraphIR
import Interpreter
import Platform

/// A value with what its computation in floats may be off by.
struct Rounded {
    var value: Double
    var error: Double

    init(_ value: Double, error: Double = 0) {
        self.value = value
        self.error = error
    }

    /// With the rounding of the operation that made it, in units of the last place's half.
    fileprivate init(_ value: Double, error: Double, units: Double) {
        self.init(value, error: error + units * Rounding.unit * abs(value) + Rounding.smallest)
    }

    fileprivate var magnitude: Double { abs(value) }
    /// The least magnitude that it may have.
    fileprivate var least: Double { max(magnitude - error, 0) }
    /// The largest.
    fileprivate var most: Double { magnitude + error }
}

extension Formula {
    /// The formula's value, and what its roundings and its operands' errors add up to.
    func rounded(_ operands: [Rounded], uniform: (UInt64) -> Float = { _ in 1 }) -> Rounded {
        switch self {
        case .operand(let index): return operands[index]
        case .constant(let value): return Rounded(value, error: abs(value - Double(Float(value))))
        case .uniform(let key): return Rounded(Double(uniform(key)))
        case .unary(let function, let a): return function.rounded(a.rounded(operands, uniform: uniform))
        case .power(let a, let exponent): return a.rounded(operands, uniform: uniform).raised(to: exponent)
        case .binary(let operation, let a, let b):
            return operation.rounded(a.rounded(operands, uniform: uniform), b.rounded(operands, uniform: uniform))
        case .select(let comparison, let a, let b, let then, let otherwise):
            let (left, right) = (a.rounded(operands, uniform: uniform), b.rounded(operands, uniform: uniform))
            let holds = comparison.holds(left.value, right.value)
            var chosen = (holds ? then : otherwise).rounded(operands, uniform: uniform)
            // A comparison that roundings can turn around.
            if abs(left.value - right.value) <= left.error + right.error, left.error + right.error > 0 {
                let other = (holds ? otherwise : then).rounded(operands, uniform: uniform)
                chosen.error = max(chosen.error, other.error + abs(other.value - chosen.value))
            }
            return chosen
        }
    }
}

extension Rounded {
    /// Whole powers are products; others `exp(exponent · log(x))`, whose exponent's roundings count as often as it is large.
    fileprivate func raised(to exponent: Double) -> Rounded {
        let result = Formula.power(.operand(0), exponent).value([value])
        let slope = exponent == 0 ? 0 : abs(exponent) * max(pow(most, exponent - 1), pow(least, exponent - 1))
        let units = 12 + 4 * abs(exponent) + (value > 0 ? 4 * abs(exponent * log(value)) : 0)
        return Rounded(result, error: error == 0 ? 0 : slope * error, units: units)
    }
}

extension Formula.Function {
    /// The error of the operand times the steepest slope nearby, and the function's own, which is at most 2 units of the
    /// last place for those of the prelude.
    fileprivate func rounded(_ x: Rounded) -> Rounded {
        let result = value(x.value)
        switch self {
        case .negate, .absolute: return Rounded(result, error: x.error)
        case .exponential: return Rounded(result, error: result * expm1(x.error), units: 8)
        case .exponentialMinusOne: return Rounded(result, error: exp(x.value) * expm1(x.error), units: 8)
        case .logarithm:
            // Where 0 is within the error, so is everything.
            let reachesZero = abs(x.value) <= x.error
            let error = x.error == 0 ? 0 : reachesZero ? .infinity : x.error / abs(x.value - x.error)
            return Rounded(result, error: error, units: 8)
        case .hyperbolicTangent:
            let flattest = tanh(x.least)
            return Rounded(result, error: x.error * (1 - flattest * flattest), units: 16)
        case .errorFunction:
            return Rounded(result, error: x.error * 2 / Double.pi.squareRoot() * exp(-x.least * x.least), units: 8)
        case .sigmoid:
            let slope = result * (1 - result) + 0.1 * x.error
            return Rounded(result, error: x.error * min(slope, 0.25), units: 8)
        case .softplus:
            let slope = Formula.Function.sigmoid.value(x.value + x.error)
            return Rounded(result, error: x.error * slope, units: 16)
        }
    }
}

extension Formula.Operation {
    fileprivate func rounded(_ a: Rounded, _ b: Rounded) -> Rounded {
        let result = value(a.value, b.value)
        switch self {
        case .add, .subtract: return Rounded(result, error: a.error + b.error, units: 1)
        case .multiply:
            return Rounded(
                result, error: abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error, units: 1)
        case .divide:
            let error = (a.error + abs(result) * b.error) / max(b.least, .leastNormalMagnitude)
            return Rounded(result, error: error.isNaN ? 0 : error, units: 1)
        case .minimum, .maximum: return Rounded(result, error: max(a.error, b.error))
        }
    }
}
