import GraphIR
import Platform

extension Formula {
    /// The formula's value in Double.
    /// - Parameters:
    ///   - operands: by number.
    ///   - uniform: the element's random number for a key.
    public func value(_ operands: [Double], uniform: (UInt64) -> Float = { _ in 0 }) -> Double {
        switch self {
        case .operand(let index): return operands[index]
        case .constant(let value): return value
        case .uniform(let key): return Double(uniform(key))
        case .unary(let function, let a): return function.value(a.value(operands, uniform: uniform))
        case .power(let a, let exponent): return pow(a.value(operands, uniform: uniform), exponent)
        case .binary(let operation, let a, let b):
            return operation.value(a.value(operands, uniform: uniform), b.value(operands, uniform: uniform))
        case .select(let comparison, let a, let b, let then, let otherwise):
            let holds = comparison.holds(a.value(operands, uniform: uniform), b.value(operands, uniform: uniform))
            return (holds ? then : otherwise).value(operands, uniform: uniform)
        }
    }
}

extension Formula.Function {
    /// The function of one number.
    public func value(_ x: Double) -> Double {
        switch self {
        case .negate: -x
        case .absolute: abs(x)
        case .exponential: exp(x)
        case .exponentialMinusOne: expm1(x)
        case .logarithm: log(x)
        case .hyperbolicTangent: tanh(x)
        case .errorFunction: erf(x)
        case .sigmoid: 1 / (1 + exp(-x))
        case .softplus: max(x, 0) + log1p(exp(-abs(x)))
        }
    }
}

extension Formula.Operation {
    public func value(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .minimum: a < b ? a : b
        case .maximum: a > b ? a : b
        }
    }
}

extension Formula.Comparison {
    public func holds(_ a: Double, _ b: Double) -> Bool {
        switch self {
        case .less: a < b
        case .greater: a > b
        }
    }
}
