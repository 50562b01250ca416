/// An integer expression over loop variables and the few integers known when a kernel is called: offsets, bounds, task
/// numbers. Building one folds constants, so that the printed form is as short as a person would write it.
public indirect enum Index: Hashable, Sendable {
    case literal(Int)
    /// A loop variable or an index bound by `letIndex`, or one of the kernel's own: `task`, `batch`, `count`, `first_sample`.
    case variable(String)
    case binary(IndexOperator, Index, Index)

    /// The number of the task to compute.
    public static let task = Index.variable("task")
    /// Samples in this call.
    public static let batch = Index.variable("batch")
    /// The step's `count`.
    public static let count = Index.variable("count")
    /// The number, within its batch, of the call's first sample: 0 unless a batch is shared out.
    public static let firstSample = Index.variable("first_sample")
}

/// Operators on indices. Operands of division and remainder are never negative, where C and mathematics agree.
public enum IndexOperator: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case minimum = "min"
    case maximum = "max"
}

extension Index: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .literal(value) }
    public init(_ value: Int) { self = .literal(value) }

    /// The value, where it is a constant.
    public var constant: Int? { if case .literal(let value) = self { value } else { nil } }

    public static func + (a: Index, b: Index) -> Index {
        switch (a, b) {
        case (.literal(let x), .literal(let y)): .literal(x + y)
        case (_, .literal(0)): a
        case (.literal(0), _): b
        case (.binary(.add, let c, .literal(let x)), .literal(let y)): c + .literal(x + y)
        case (_, .literal(let y)) where y < 0: .binary(.subtract, a, .literal(-y))
        default: .binary(.add, a, b)
        }
    }

    public static func - (a: Index, b: Index) -> Index {
        switch (a, b) {
        case (.literal(let x), .literal(let y)): .literal(x - y)
        case (_, .literal(0)): a
        default: .binary(.subtract, a, b)
        }
    }

    public static func * (a: Index, b: Index) -> Index {
        switch (a, b) {
        case (.literal(let x), .literal(let y)): .literal(x * y)
        case (_, .literal(0)), (.literal(0), _): 0
        case (_, .literal(1)): a
        case (.literal(1), _): b
        case (.binary(.multiply, let c, .literal(let x)), .literal(let y)): c * .literal(x * y)
        default: .binary(.multiply, a, b)
        }
    }

    public static func / (a: Index, b: Index) -> Index {
        switch (a, b) {
        case (.literal(let x), .literal(let y)) where y > 0 && x >= 0: .literal(x / y)
        case (_, .literal(1)): a
        default: .binary(.divide, a, b)
        }
    }

    public static func % (a: Index, b: Index) -> Index {
        switch (a, b) {
        case (.literal(let x), .literal(let y)) where y > 0 && x >= 0: .literal(x % y)
        case (_, .literal(1)): 0
        default: .binary(.remainder, a, b)
        }
    }

    public static func minimum(_ a: Index, _ b: Index) -> Index {
        if let x = a.constant, let y = b.constant { .literal(min(x, y)) } else { .binary(.minimum, a, b) }
    }

    public static func maximum(_ a: Index, _ b: Index) -> Index {
        if let x = a.constant, let y = b.constant { .literal(max(x, y)) } else { .binary(.maximum, a, b) }
    }
}

/// A test on indices.
public indirect enum Condition: Hashable, Sendable {
    case less(Index, Index)
    case lessOrEqual(Index, Index)
    case equal(Index, Index)
    case and(Condition, Condition)
    case or(Condition, Condition)
}
