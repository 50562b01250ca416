/// A floating-point expression: one 32-bit float, or a vector of `width` of them.
///
/// Operands of one operation have the same width; `broadcast` widens.
public indirect enum Expression: Hashable, Sendable {
    case constant(Double)
    /// A variable made by `Statement.declare`.
    case variable(String, width: Int)
    /// An element of a register array made by `Statement.declareArray`.
    case element(String, Index, width: Int)
    /// `width` consecutive elements of a buffer, as floats; no alignment is assumed.
    case load(Buffer.Handle, Index, width: Int)
    case broadcast(Expression, width: Int)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    /// `a · b + c`, rounded once where the target has the instruction.
    case fusedMultiplyAdd(Expression, Expression, Expression)
    /// The elements rounded to bf16 and put into words, two neighbours in one, the first in its lower half: half as many words
    /// as there are elements. Only to be stored.
    case packed(Expression)
    /// Elements of two vectors rounded to bf16 and put into words: those of `even` in the lower halves.
    case packedPairs(even: Expression, odd: Expression)
    /// `a · b + c`, where `a` and `b` are words of two bf16: the products of upper halves are added first, then those of lower
    /// halves, each sum rounded once. Denormal numbers count as zero. What AVX-512's VDPBF16PS computes.
    case pairDot(Expression, Expression, Expression)
    /// Elementwise: `then` where `left comparison right` holds, else `otherwise`.
    case select(FloatComparison, Expression, Expression, then: Expression, otherwise: Expression)
    /// The sum of a vector's elements, added pairwise (halves, quarters …): a scalar.
    case horizontalSum(Expression)
    /// An integer as a float (scalar).
    case number(Index)
    /// A number that changes from call to call (scalar).
    case scalar(RuntimeScalar)
    /// Random numbers in `0 ..< 1` of the elements `first`, `first + stride` …, of whose numbers the low 32 bits count: a
    /// function of these, the key, and the seed and step of the call (`RandomNumbers`).
    case uniform(key: UInt64, first: Index, stride: Int, width: Int)
}

public enum UnaryOperator: String, Hashable, Sendable, CaseIterable {
    case negate
    case squareRoot
    case absolute
    /// The exponential function, to 2 ulp over the whole range of floats.
    case exponential
    /// `e^x − 1`, to 2 ulp over the whole range of floats.
    case exponentialMinusOne
    /// The natural logarithm, to 2 ulp; −∞ of 0 and of what is so small that it counts as 0, no number below.
    case logarithm
    /// `log(1 + x)` for x ≥ 0, to 2 ulp.
    case logarithmOnePlus
    /// The hyperbolic tangent.
    case hyperbolicTangent
    /// The error function, to 2 ulp.
    case errorFunction
}

public enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    /// The smaller; the second operand when either is NaN.
    case minimum = "min"
    /// The larger; the second operand when either is NaN.
    case maximum = "max"
}

public enum FloatComparison: String, Hashable, Sendable, CaseIterable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
}

/// The fields of `unetc_scalars` that kernels read.
public enum RuntimeScalar: String, Hashable, Sendable, CaseIterable {
    case learningRate = "learning_rate"
    case beta1
    case beta2
    case epsilon
    case weightDecay = "weight_decay"
    case correction1
    case correction2
    case gradientScale = "gradient_scale"
    case gradientWeight = "gradient_weight"
    case gradientKeep = "gradient_keep"
    case averageWeight = "average_weight"
}

extension Expression {
    /// Elements of the value; constants take the width that their neighbour needs and count as 1.
    public var width: Int {
        switch self {
        case .constant, .horizontalSum, .number, .scalar: 1
        case .variable(_, let width), .element(_, _, let width), .load(_, _, let width), .broadcast(_, let width),
            .uniform(_, _, _, let width):
            width
        case .unary(_, let operand): operand.width
        case .packed(let operand): operand.width / 2
        case .packedPairs(let a, let b): max(a.width, b.width)
        case .binary(_, let a, let b): max(a.width, b.width)
        case .fusedMultiplyAdd(let a, let b, let c), .pairDot(let a, let b, let c): max(a.width, b.width, c.width)
        case .select(_, let a, let b, let then, let otherwise): max(a.width, b.width, then.width, otherwise.width)
        }
    }

    public static func + (a: Expression, b: Expression) -> Expression { .binary(.add, a, b) }
    public static func - (a: Expression, b: Expression) -> Expression { .binary(.subtract, a, b) }
    public static func * (a: Expression, b: Expression) -> Expression { .binary(.multiply, a, b) }
    public static func / (a: Expression, b: Expression) -> Expression { .binary(.divide, a, b) }
    public static prefix func - (a: Expression) -> Expression { .unary(.negate, a) }
    public static func minimum(_ a: Expression, _ b: Expression) -> Expression { .binary(.minimum, a, b) }
    public static func maximum(_ a: Expression, _ b: Expression) -> Expression { .binary(.maximum, a, b) }
}

extension Expression: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self = .constant(value) }
    public init(integerLiteral value: Int) { self = .constant(Double(value)) }
}
