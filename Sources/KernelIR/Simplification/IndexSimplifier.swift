/// Indices in fewer words: constants folded, sums put in order, minima and remainders left out where ranges decide them.
struct IndexSimplifier {
    /// What the indices in scope may be, by name; where only one value is left, they are that.
    private var ranges: [String: IndexRange]

    init(_ kernel: Kernel) {
        let lastTask = kernel.tasksPerSample == 0 ? max(0, kernel.tasksFixed - 1) : nil
        ranges = [
            "task": IndexRange(lower: 0, upper: lastTask), "batch": IndexRange(lower: 1, upper: nil),
            "count": IndexRange(lower: 0, upper: nil), "first_sample": IndexRange(lower: 0, upper: nil),
        ]
    }

    mutating func declare(_ name: String, _ range: IndexRange) { ranges[name] = range }

    // MARK: Indices

    /// An index in fewer words, and what it may be.
    struct Known {
        var index: Index
        var range: IndexRange
    }

    func simplified(_ index: Index) -> Index { known(index).index }

    /// The index in fewer words; nil where it has none to spare.
    func shorter(_ index: Index) -> Index? {
        if case .literal = index { return nil }
        let result = known(index).index
        return result == index ? nil : result
    }

    func known(_ index: Index) -> Known {
        switch index {
        case .literal(let value): return Known(index: index, range: IndexRange(value))
        case .variable(let name):
            let range = ranges[name] ?? .unknown
            return Known(index: range.value.map(Index.literal) ?? index, range: range)
        case .binary(let binary, let a, let b): return combined(binary, known(a), known(b))
        }
    }

    private func combined(_ binary: IndexOperator, _ a: Known, _ b: Known) -> Known {
        let range = binary.applied(a.range, b.range)
        let index = range.value.map(Index.literal) ?? folded(binary, a, b)
        return Known(index: index, range: index.constant.map { IndexRange($0) } ?? range)
    }

    private func folded(_ binary: IndexOperator, _ left: Known, _ right: Known) -> Index {
        let (a, b, x, y) = (left.index, right.index, left.range, right.range)
        switch binary {
        case .add:
            if let constant = a.constant, constant < 0 { return IndexSum.shortest(b - .literal(-constant)) }
            return IndexSum.shortest(a + b)
        case .subtract: return IndexSum.shortest(a - b)
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
            let (a, b) = (known(a), known(b))
            let value = a.range.isBelow(b.range) ? true : b.range.isAtMost(a.range) ? false : nil
            return (.less(a.index, b.index), value)
        case .lessOrEqual(let a, let b):
            let (a, b) = (known(a), known(b))
            let value = a.range.isAtMost(b.range) ? true : b.range.isBelow(a.range) ? false : nil
            return (.lessOrEqual(a.index, b.index), value)
        case .equal(let a, let b):
            let (a, b) = (known(a), known(b))
            let condition = Condition.equal(a.index, b.index)
            if let x = a.range.value, let y = b.range.value { return (condition, x == y) }
            return (condition, a.range.isBelow(b.range) || b.range.isBelow(a.range) ? false : nil)
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

    /// Constants and what is taken away in a sum, which are what there may be to put in order.
    fileprivate var loose: Int {
        switch self {
        case .literal: 1
        case .binary(.add, let a, let b): a.loose + b.loose
        case .binary(.subtract, let a, .literal): a.loose + 1
        case .binary(.subtract, let a, _): a.loose + 2
        default: 0
        }
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

    private init(_ index: Index) {
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

    /// The sum as short as it gets.
    static func shortest(_ index: Index) -> Index { index.loose < 2 ? index : IndexSum(index).shortest(index) }

    /// The sum, or how it was written where that is no longer.
    private func shortest(_ original: Index) -> Index {
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
