import GraphIR
import KernelIR

extension Formula {
    /// The formula as an expression of `width` floats, operation by operation.
    /// - Parameters:
    ///   - operands: by number.
    ///   - uniform: the elements' random numbers for a key.
    func expression(
        _ operands: [Expression], width: Int, uniform: (UInt64) -> Expression = { _ in fatalError("no random numbers") }
    ) -> Expression {
        func inner(_ formula: Formula) -> Expression {
            formula.expression(operands, width: width, uniform: uniform)
        }
        switch self {
        case .operand(let index): return operands[index]
        case .constant(let value): return splat(.constant(value), width)
        case .uniform(let key): return uniform(key)
        case .unary(let function, let a): return function.expression(inner(a), width: width)
        case .power(let a, let exponent): return raised(inner(a), to: exponent, width: width)
        case .binary(let operation, let a, let b): return .binary(operation.operator, inner(a), inner(b))
        case .select(let comparison, let a, let b, let then, let otherwise):
            return .select(
                comparison == .less ? .less : .greater, inner(a), inner(b), then: inner(then),
                otherwise: inner(otherwise))
        }
    }
}

extension Formula.Function {
    fileprivate func expression(_ x: Expression, width: Int) -> Expression {
        let one = splat(1, width)
        switch self {
        case .negate: return negated(x)
        case .absolute: return .unary(.absolute, x)
        case .exponential: return .unary(.exponential, x)
        case .exponentialMinusOne: return .unary(.exponentialMinusOne, x)
        case .logarithm: return .unary(.logarithm, x)
        case .hyperbolicTangent: return .unary(.hyperbolicTangent, x)
        case .errorFunction: return .unary(.errorFunction, x)
        case .sigmoid: return one / (one + .unary(.exponential, negated(x)))
        case .softplus:
            // The exponential of what is not above 0, so that nothing overflows.
            let size: Expression = if case .unary(.negate, let a) = x { a } else { x }
            return .unary(.logarithmOnePlus, .unary(.exponential, -.unary(.absolute, size)))
                + Expression.maximum(x, splat(0, width))
        }
    }
}

extension Formula.Operation {
    fileprivate var `operator`: BinaryOperator {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .minimum: .minimum
        case .maximum: .maximum
        }
    }
}

private func negated(_ x: Expression) -> Expression { if case .unary(.negate, let a) = x { a } else { -x } }

/// Small whole powers as products, others by logarithms.
private func raised(_ x: Expression, to exponent: Double, width: Int) -> Expression {
    guard let count = Int(exactly: exponent), (0...8).contains(count) else {
        return .unary(.exponential, .unary(.logarithm, x) * splat(.constant(exponent), width))
    }
    return count == 0 ? splat(1, width) : (0..<count - 1).reduce(x) { product, _ in product * x }
}
