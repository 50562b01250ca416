extension IndexOperator {
    /// The result, or nil where it is not defined: division by what is not positive, or of what is negative, where C
    /// and mathematics disagree; overflow.
    func applied(_ a: Int, _ b: Int) -> Int? {
        switch self {
        case .add: checked(a.addingReportingOverflow(b))
        case .subtract: checked(a.subtractingReportingOverflow(b))
        case .multiply: checked(a.multipliedReportingOverflow(by: b))
        case .divide: a >= 0 && b > 0 ? a / b : nil
        case .remainder: a >= 0 && b > 0 ? a % b : nil
        case .minimum: min(a, b)
        case .maximum: max(a, b)
        }
    }

    private func checked(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
        result.overflow ? nil : result.partialValue
    }
}

extension UnaryOperator {
    func applied(_ x: Float) -> Float {
        switch self {
        case .negate: -x
        case .squareRoot: x.squareRoot()
        case .absolute: x.magnitude
        case .exponential: FloatMath.exponential(x)
        case .exponentialMinusOne: FloatMath.exponentialMinusOne(x)
        case .logarithm: FloatMath.logarithm(x)
        case .logarithmOnePlus: FloatMath.logarithmOnePlus(x)
        case .hyperbolicTangent: FloatMath.hyperbolicTangent(x)
        case .errorFunction: FloatMath.errorFunction(x)
        }
    }
}

extension BinaryOperator {
    func applied(_ a: Float, _ b: Float) -> Float {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .minimum: FloatMath.minimum(a, b)
        case .maximum: FloatMath.maximum(a, b)
        }
    }
}

extension FloatComparison {
    func holds(_ a: Float, _ b: Float) -> Bool {
        switch self {
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        case .equal: a == b
        }
    }
}
