extension Formula {
    /// The derivative with respect to an operand, simplified as far as zeros, ones and constants go.
    ///
    /// Where a function has a corner (`absolute` at 0, a maximum of equals) the derivative is one of both sides' or 0, as
    /// PyTorch has it; a declaration that needs the other side gives its own.
    public func derivative(_ index: Int) -> Formula {
        switch self {
        case .operand(let other): return other == index ? 1 : 0
        case .constant, .uniform: return 0
        case .unary(let function, let a):
            let inner = a.derivative(index)
            return inner == 0 ? 0 : function.derivative(of: self, a, inner)
        case .binary(let operation, let a, let b):
            return operation.derivative(of: self, a, b, a.derivative(index), b.derivative(index))
        case .power(let a, let exponent):
            guard exponent != 0 else { return 0 }
            let outer = exponent == 1 ? 1 : Formula.times(.constant(exponent), .power(a, exponent - 1))
            return .times(outer, a.derivative(index))
        case .select(let comparison, let a, let b, let then, let otherwise):
            return .either(comparison, a, b, then.derivative(index), otherwise.derivative(index))
        }
    }

    /// `gradient · slope`, multiplied from the left, into each side of a case distinction.
    public static func chain(_ gradient: Formula, _ slope: Formula) -> Formula {
        switch slope {
        case .select(let comparison, let a, let b, let then, let otherwise):
            .select(comparison, a, b, then: chain(gradient, then), otherwise: chain(gradient, otherwise))
        case .binary(.multiply, let a, let b): chain(chain(gradient, a), b)
        case .binary(.divide, let a, let b): chain(gradient, a) / b
        case .unary(.negate, let a): -chain(gradient, a)
        default: times(gradient, slope)
        }
    }

    // MARK: Simplifying

    static func plus(_ a: Formula, _ b: Formula) -> Formula {
        switch (a, b) {
        case (0, _): b
        case (_, 0): a
        case (.constant(let a), .constant(let b)): .constant(a + b)
        case (_, .unary(.negate, let b)): minus(a, b)
        case _ where a == b: times(2, a)
        default: a + b
        }
    }

    static func minus(_ a: Formula, _ b: Formula) -> Formula {
        switch (a, b) {
        case (0, _): negated(b)
        case (_, 0): a
        case (.constant(let a), .constant(let b)): .constant(a - b)
        default: a - b
        }
    }

    static func negated(_ a: Formula) -> Formula {
        switch a {
        case .constant(let value): .constant(value == 0 ? 0 : -value)
        case .unary(.negate, let a): a
        default: -a
        }
    }

    /// Constants gather in front.
    static func times(_ a: Formula, _ b: Formula) -> Formula {
        switch (a, b) {
        case (0, _), (_, 0): 0
        case (1, _): b
        case (_, 1): a
        case (.constant(let a), .constant(let b)): .constant(a * b)
        case (-1, _): negated(b)
        case (_, -1): negated(a)
        case (.unary(.negate, let a), _): negated(times(a, b))
        case (_, .unary(.negate, let b)): negated(times(a, b))
        case (.constant(let a), .binary(.multiply, .constant(let b), let c)): times(.constant(a * b), c)
        case (_, .constant): times(b, a)
        default: a * b
        }
    }

    static func over(_ a: Formula, _ b: Formula) -> Formula { a == 0 ? 0 : b == 1 ? a : a / b }

    static func either(
        _ comparison: Comparison, _ a: Formula, _ b: Formula, _ then: Formula, _ otherwise: Formula
    ) -> Formula {
        then == otherwise ? then : .select(comparison, a, b, then: then, otherwise: otherwise)
    }
}

extension Formula.Function {
    /// Of `result`, this function of `a`, whose derivative is `inner`.
    fileprivate func derivative(of result: Formula, _ a: Formula, _ inner: Formula) -> Formula {
        switch self {
        case .negate: .negated(inner)
        case .absolute: .choose(a, above: 0, inner, else: .select(.less, a, 0, then: .negated(inner), otherwise: 0))
        case .exponential: .times(result, inner)
        case .exponentialMinusOne: .times(.exp(a), inner)
        case .logarithm: .over(inner, a)
        case .hyperbolicTangent: .times(1 - result * result, inner)
        case .errorFunction: .times(.times(.constant(2 / Double.pi.squareRoot()), .exp(-(a * a))), inner)
        case .sigmoid: .times(result * (1 - result), inner)
        case .softplus: .times(.sigmoid(a), inner)
        }
    }
}

extension Formula.Operation {
    /// Of `result`, which combines `a` and `b`, whose derivatives are `da` and `db`.
    fileprivate func derivative(
        of result: Formula, _ a: Formula, _ b: Formula, _ da: Formula, _ db: Formula
    ) -> Formula {
        switch self {
        case .add: .plus(da, db)
        case .subtract: .minus(da, db)
        case .multiply: .plus(.times(da, b), .times(a, db))
        case .divide: db == 0 ? .over(da, b) : .over(.minus(da, .times(result, db)), b)
        case .minimum: .either(.less, a, b, da, db)
        case .maximum: .either(.greater, a, b, da, db)
        }
    }
}
