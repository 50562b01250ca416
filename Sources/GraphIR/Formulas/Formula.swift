/// A function of a few numbers, as a tree: what a function of each element, or a loss of each element, is declared by.
///
/// Kernels compute the tree as it stands, operation by operation in floats, so that the order of operations is the
/// declaration's. The interpreter evaluates it in Double, `derivative` differentiates it, and the bounds of `unetc verify`
/// are what its roundings add up to.
public indirect enum Formula: Hashable, Sendable {
    /// The operand of that number.
    case operand(Int)
    case constant(Double)
    /// A random number in `0 ..< 1`, another one for each element (`DropoutMask`).
    case uniform(key: UInt64)
    case unary(Function, Formula)
    case binary(Operation, Formula, Formula)
    /// A number from 0 up to a constant power.
    case power(Formula, Double)
    /// `then` where the comparison of the first two holds, else `otherwise`.
    case select(Comparison, Formula, Formula, then: Formula, otherwise: Formula)

    /// Each is computed such that neither small nor large arguments lose digits.
    public enum Function: Hashable, Sendable, CaseIterable {
        case negate
        case absolute
        case exponential
        /// `e^x − 1`
        case exponentialMinusOne
        /// Of what is above 0; −∞ of 0, undefined below.
        case logarithm
        case hyperbolicTangent
        case errorFunction
        /// `1 / (1 + e^−x)`
        case sigmoid
        /// `log(1 + e^x)`
        case softplus
    }

    public enum Operation: Hashable, Sendable, CaseIterable {
        case add, subtract, multiply, divide
        /// The smaller; the second operand where one is no number.
        case minimum
        /// The larger; the second operand where one is no number.
        case maximum
    }

    public enum Comparison: Hashable, Sendable {
        case less, greater
    }
}

extension Formula: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self = .constant(value) }
    public init(integerLiteral value: Int) { self = .constant(Double(value)) }
}

extension Formula {
    public static func + (a: Formula, b: Formula) -> Formula { .binary(.add, a, b) }
    public static func - (a: Formula, b: Formula) -> Formula { .binary(.subtract, a, b) }
    public static func * (a: Formula, b: Formula) -> Formula { .binary(.multiply, a, b) }
    public static func / (a: Formula, b: Formula) -> Formula { .binary(.divide, a, b) }
    public static prefix func - (a: Formula) -> Formula { .unary(.negate, a) }

    /// `then` where `a > b`.
    static func choose(_ a: Formula, above b: Formula, _ then: Formula, else otherwise: Formula) -> Formula {
        .select(.greater, a, b, then: then, otherwise: otherwise)
    }

    static func minimum(_ a: Formula, _ b: Formula) -> Formula { .binary(.minimum, a, b) }
    static func maximum(_ a: Formula, _ b: Formula) -> Formula { .binary(.maximum, a, b) }
    static func abs(_ a: Formula) -> Formula { .unary(.absolute, a) }
    static func exp(_ a: Formula) -> Formula { .unary(.exponential, a) }
    static func expm1(_ a: Formula) -> Formula { .unary(.exponentialMinusOne, a) }
    static func log(_ a: Formula) -> Formula { .unary(.logarithm, a) }
    static func tanh(_ a: Formula) -> Formula { .unary(.hyperbolicTangent, a) }
    static func erf(_ a: Formula) -> Formula { .unary(.errorFunction, a) }
    static func sigmoid(_ a: Formula) -> Formula { .unary(.sigmoid, a) }
    static func softplus(_ a: Formula) -> Formula { .unary(.softplus, a) }
}

extension Formula {
    /// The parts that the outermost operation combines.
    var parts: [Formula] {
        switch self {
        case .operand, .constant, .uniform: []
        case .unary(_, let a), .power(let a, _): [a]
        case .binary(_, let a, let b): [a, b]
        case .select(_, let a, let b, let then, let otherwise): [a, b, then, otherwise]
        }
    }

    /// How often an operand is asked for where the formula is computed as it stands.
    public func uses(ofOperand index: Int) -> Int {
        if self == .operand(index) { return 1 }
        let once = parts.reduce(0) { $0 + $1.uses(ofOperand: index) }
        switch self {
        case .unary(.softplus, _): return 2 * once
        case .power(_, let exponent): return once * max(1, Int(min(exponent.magnitude, 8)))
        default: return once
        }
    }

    /// The formula with `replacement` in the place of each part that equals `part`.
    public func replacing(_ part: Formula, by replacement: Formula) -> Formula {
        if self == part { return replacement }
        let inner = { (formula: Formula) in formula.replacing(part, by: replacement) }
        switch self {
        case .operand, .constant, .uniform: return self
        case .unary(let function, let a): return .unary(function, inner(a))
        case .power(let a, let exponent): return .power(inner(a), exponent)
        case .binary(let operation, let a, let b): return .binary(operation, inner(a), inner(b))
        case .select(let comparison, let a, let b, let then, let otherwise):
            return .select(comparison, inner(a), inner(b), then: inner(then), otherwise: inner(otherwise))
        }
    }

    /// Operations that one application takes, each different part counted once.
    public var operationCount: Int {
        var counted: Set<Formula> = []
        return operations(&counted)
    }

    private func operations(_ counted: inout Set<Formula>) -> Int {
        guard counted.insert(self).inserted else { return 0 }
        return parts.reduce(ownOperations) { $0 + $1.operations(&counted) }
    }

    private var ownOperations: Int {
        switch self {
        case .operand, .constant, .uniform, .unary(.negate, _): 0
        case .unary(.absolute, _), .binary, .select: 1
        case .unary(.softplus, _): 5
        case .unary: 4
        case .power: 2
        }
    }
}
