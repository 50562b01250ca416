/// Indices in fewer words: constants folded, sums put in order, minima and remainders left out where ranges decide them.
struct IndexSimplifier {
    /// What is known of the indices in scope, by name.
    private var ranges: [String: IndexRange]
    /// Names that stand for a constant, or for another name.
    private var values: [String: Index] = [:]

    init(_ kernel: Kernel) {
        let lastTask = kernel.tasksPerSample == 0 ? max(0, kernel.tasksFixed - 1) : nil
        ranges = [
            "task": IndexRange(lower: 0, upper: lastTask), "batch": IndexRange(lower: 1, upper: nil),
            "count": IndexRange(lower: 0, upper: nil),
        ]
        if lastTask == 0 { values["task"] = 0 }
    }

    mutating func declare(_ name: String, _ range: IndexRange) {
        values[name] = nil
        ranges[name] = range
    }

    mutating func replace(_ name: String, by value: Index) { values[name] = value }

    // MARK: Indices

    func range(_ index: Index) -> IndexRange {
        switch index {
        case .literal(let value): IndexRange(value)
        case .variable(let name): ranges[name] ?? .unknown
        case .binary(let binary, let a, let b): binary.applied(range(a), range(b))
        }
    }

    func simplified(_ index: Index) -> Index {
        switch index {
        case .literal: return index
        case .variable(let name): return values[name] ?? index
        case .binary(let binary, let a, let b):
            let result = folded(binary, simplified(a), simplified(b))
            let known = range(result)
            if let value = known.lower, value == known.upper { return .literal(value) }
            return result
        }
    }

    private func folded(_ binary: IndexOperator, _ a: Index, _ b: Index) -> Index {
        let (x, y) = (range(a), range(b))
        switch binary {
        case .add:
            if let constant = a.constant, constant < 0 { return folded(.subtract, b, .literal(-constant)) }
            return IndexSum(a + b).shortest(a + b)
        case .subtract: return IndexSum(a - b).shortest(a - b)
        case .multiply: return a * b
        case .divide:
            if x.isNotNegative, x.isBelow(y) { return 0 }
            if let (inner, factor) = a.multiple, let divisor = b.constant, divisor > 0, factor % divisor == 0 {
                return inner * .literal(factor / divisor)
            }
            return a / b
        case .remainder:
            if x.isNotNegative, x.isBelow(y) { return a }
            if let (_, factor) = a.multiple, let divisor = b.constant, divisor > 0, factor % divisor == 0 { return 0 }
            return a % b
        case .minimum: return x.isAtMost(y) ? a : y.isAtMost(x) ? b : .minimum(a, b)
        case .maximum: return x.isAtMost(y) ? b : y.isAtMost(x) ? a : .maximum(a, b)
        }
    }

    // MARK: Conditions

    /// The condition in fewer words, or what it always is.
    func simplified(_ condition: Condition) -> (condition: Condition, value: Bool?) {
        switch condition {
        case .less(let a, let b):
            let (a, b) = (simplified(a), simplified(b))
            let value = range(a).isBelow(range(b)) ? true : range(b).isAtMost(range(a)) ? false : nil
            return (.less(a, b), value)
        case .lessOrEqual(let a, let b):
            let (a, b) = (simplified(a), simplified(b))
            let value = range(a).isAtMost(range(b)) ? true : range(b).isBelow(range(a)) ? false : nil
            return (.lessOrEqual(a, b), value)
        case .equal(let a, let b):
            let (a, b) = (simplified(a), simplified(b))
            if let x = a.constant, let y = b.constant { return (.equal(a, b), x == y) }
            let isApart = range(a).isBelow(range(b)) || range(b).isBelow(range(a))
            return (.equal(a, b), isApart ? false : nil)
        case .and(let a, let b):
            let (first, second) = (simplified(a), simplified(b))
            if first.value == false || second.value == false { return (condition, false) }
            if first.value == true { return second }
            if second.value == true { return first }
            return (.and(first.condition, second.condition), nil)
        case .or(let a, let b):
            let (first, second) = (simplified(a), simplified(b))
            if first.value == true || second.value == true { return (condition, true) }
            if first.value == false { return second }
            if second.value == false { return first }
            return (.or(first.condition, second.condition), nil)
        }
    }
}

extension Index {
    /// A product with a constant, which operators put behind.
    fileprivate var multiple: (Index, Int)? {
        if case .binary(.multiply, let a, .literal(let factor)) = self { (a, factor) } else { nil }
    }

    fileprivate var operationCount: Int {
        switch self {
        case .literal, .variable: 0
        case .binary(_, let a, let b): 1 + a.operationCount + b.operationCount
        }
    }
}

/// A sum with its constants in one: `0 - (x - 1)` is `1 - x`.
private struct IndexSum {
    private var added: [Index] = []
    private var subtracted: [Index] = []
    private var constant = 0

    init(_ index: Index) {
        add(index, isNegative: false)
        for term in subtracted {
            guard let place = added.firstIndex(of: term), let other = subtracted.firstIndex(of: term) else { continue }
            added.remove(at: place)
            subtracted.remove(at: other)
        }
    }

    private mutating func add(_ index: Index, isNegative: Bool) {
        switch index {
        case .literal(let value): constant += isNegative ? -value : value
        case .binary(.add, let a, let b):
            add(a, isNegative: isNegative)
            add(b, isNegative: isNegative)
        case .binary(.subtract, let a, let b):
            add(a, isNegative: isNegative)
            add(b, isNegative: !isNegative)
        default: if isNegative { subtracted.append(index) } else { added.append(index) }
        }
    }

    /// The sum, or how it was written where that is no longer.
    func shortest(_ original: Index) -> Index {
        var terms = added
        // Something that is added comes first.
        let opensWithConstant = terms.isEmpty && (constant > 0 || !subtracted.isEmpty)
        if opensWithConstant { terms = [.literal(constant)] }
        guard let first = terms.first else { return .literal(constant) }
        var sum = terms.dropFirst().reduce(first, +)
        sum = subtracted.reduce(sum, -)
        if !opensWithConstant { sum = constant < 0 ? sum - .literal(-constant) : sum + .literal(constant) }
        return sum.operationCount < original.operationCount ? sum : original
    }
}
