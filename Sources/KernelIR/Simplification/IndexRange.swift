/// What an index may be, as far as that is known: an end that is nil is open.
struct IndexRange: Hashable {
    var lower: Int?
    var upper: Int?

    static let unknown = IndexRange(lower: nil, upper: nil)

    init(lower: Int?, upper: Int?) {
        self.lower = lower
        self.upper = upper
    }

    init(_ value: Int) { (lower, upper) = (value, value) }

    /// Where only one is left.
    var value: Int? { lower == upper ? lower : nil }

    /// Whether all values of one lie below all of the other, or are at most the same.
    func isBelow(_ other: IndexRange) -> Bool { both(upper, other.lower) { $0 < $1 } ?? false }
    func isAtMost(_ other: IndexRange) -> Bool { both(upper, other.lower) { $0 <= $1 } ?? false }

    var isNotNegative: Bool { lower.map { $0 >= 0 } ?? false }
}

private func both<Result>(_ a: Int?, _ b: Int?, _ body: (Int, Int) -> Result?) -> Result? {
    if let a, let b { body(a, b) } else { nil }
}

extension IndexOperator {
    /// What the result may be.
    func applied(_ a: IndexRange, _ b: IndexRange) -> IndexRange {
        let ends = { (x: Int?, y: Int?) in both(x, y) { applied($0, $1) } }
        switch self {
        case .add: return IndexRange(lower: ends(a.lower, b.lower), upper: ends(a.upper, b.upper))
        case .subtract: return IndexRange(lower: ends(a.lower, b.upper), upper: ends(a.upper, b.lower))
        case .multiply:
            guard a.isNotNegative, b.isNotNegative else { return product(a, b) }
            return IndexRange(lower: ends(a.lower, b.lower), upper: ends(a.upper, b.upper))
        case .divide:
            guard a.isNotNegative, let least = b.lower, least > 0 else { return .unknown }
            return IndexRange(lower: b.upper.flatMap { ends(a.lower, $0) } ?? 0, upper: ends(a.upper, least))
        case .remainder:
            guard a.isNotNegative, let least = b.lower, least > 0 else { return .unknown }
            if a.isBelow(b) { return a }
            let rest = b.upper.map { $0 - 1 }
            return IndexRange(lower: 0, upper: both(rest, a.upper) { min($0, $1) } ?? rest ?? a.upper)
        case .minimum:
            return IndexRange(
                lower: ends(a.lower, b.lower), upper: ends(a.upper, b.upper) ?? a.upper ?? b.upper)
        case .maximum:
            return IndexRange(
                lower: ends(a.lower, b.lower) ?? a.lower ?? b.lower, upper: ends(a.upper, b.upper))
        }
    }

    /// Of factors that may be negative.
    private func product(_ a: IndexRange, _ b: IndexRange) -> IndexRange {
        guard let w = a.lower, let x = a.upper, let y = b.lower, let z = b.upper else { return .unknown }
        let corners = [(w, y), (w, z), (x, y), (x, z)].map { applied($0, $1) }
        guard !corners.contains(nil) else { return .unknown }
        let known = corners.compactMap { $0 }
        return IndexRange(lower: known.min(), upper: known.max())
    }
}
