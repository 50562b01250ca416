/// Bounds of indices, from the bounds of the variables in them.
///
/// Variables are replaced by their bounds from the inside out, as formulas, so that what cancels does cancel:
/// `y + min(8, H - y) - 1` is at most `H - 1`.
struct IndexBounds {
    struct Variable {
        var lower: AffineIndex
        var upper: AffineIndex
        /// The same as plain numbers.
        var range: ClosedRange<Int>
    }

    private(set) var variables: [Variable] = []

    /// Stands for "could be anything" without overflowing when multiplied a little.
    private static let unknown = -(1 << 44)...(1 << 44)

    /// A new variable between two formulas over the variables so far.
    mutating func declare(_ lower: AffineIndex, _ upper: AffineIndex) -> AffineIndex {
        let (low, high) = (self.lower(lower), self.upper(upper))
        variables.append(Variable(lower: lower, upper: upper, range: low...max(low, high)))
        return AffineIndex(.variable(variables.count - 1))
    }

    /// No smaller value occurs than this one.
    func lower(_ index: AffineIndex) -> Int { -upper(index * -1) }

    /// No larger value occurs than this one.
    func upper(_ index: AffineIndex) -> Int {
        var budget = 64
        return upper(index, &budget)
    }

    /// Whether `index <= limit` follows from the variables' bounds and from `facts`, of which each is at most 0.
    func proves(_ index: AffineIndex, atMost limit: Int, facts: [AffineIndex], depth: Int = 3) -> Bool {
        if upper(index) <= limit { return true }
        guard depth > 0 else { return false }
        for (position, fact) in facts.enumerated() {
            for term in fact.terms {
                let (factor, rest) = index.coefficient(of: term.atom).quotientAndRemainder(dividingBy: term.coefficient)
                guard factor > 0, rest == 0 else { continue }
                var others = facts
                others.remove(at: position)
                let weaker = index.adding(fact, times: -factor)
                if proves(weaker, atMost: limit, facts: others, depth: depth - 1) { return true }
            }
        }
        return false
    }

    // MARK: Upper bounds

    private func upper(_ index: AffineIndex, _ budget: inout Int) -> Int {
        guard let term = index.terms.max(by: { $0.atom.rank < $1.atom.rank }) else { return index.constant }
        budget -= 1
        guard budget > 0 else { return range(index).upperBound }
        let factor = term.coefficient
        let rest = index.removing(term.atom)
        switch term.atom {
        case .variable(let number):
            let bound = factor > 0 ? variables[number].upper : variables[number].lower
            return upper(rest.adding(bound, times: factor), &budget)
        case .minimum(let a, let b), .maximum(let a, let b):
            let first = upper(rest.adding(a, times: factor), &budget)
            let second = upper(rest.adding(b, times: factor), &budget)
            // A minimum is below both, so that the better bound holds; of a maximum, the worse.
            var isMinimum = false
            if case .minimum = term.atom { isMinimum = true }
            return isMinimum == (factor > 0) ? min(first, second) : max(first, second)
        case .quotient(let x, let divisor):
            let plain = upperByRange(term, rest, &budget)
            // d (x / d) lies between x - d + 1 and x.
            guard let divider = divisor.value, divider > 0, factor % divider == 0 else { return plain }
            let bound = factor > 0 ? x : x + (1 - divider)
            return min(plain, upper(rest.adding(bound, times: factor / divider), &budget))
        case .remainder, .product: return upperByRange(term, rest, &budget)
        }
    }

    private func upperByRange(_ term: AffineIndex.Term, _ rest: AffineIndex, _ budget: inout Int) -> Int {
        let range = range(term.atom)
        let extreme = term.coefficient > 0 ? range.upperBound : range.lowerBound
        return upper(rest, &budget) &+ term.coefficient &* extreme
    }

    // MARK: Plain ranges

    private func range(_ index: AffineIndex) -> ClosedRange<Int> {
        var (low, high) = (index.constant, index.constant)
        for term in index.terms {
            let range = range(term.atom)
            let ends = [range.lowerBound &* term.coefficient, range.upperBound &* term.coefficient]
            low &+= min(ends[0], ends[1])
            high &+= max(ends[0], ends[1])
        }
        return low <= high ? low...high : Self.unknown
    }

    private func range(_ atom: AffineIndex.Atom) -> ClosedRange<Int> {
        switch atom {
        case .variable(let number): return variables[number].range
        case .minimum(let a, let b):
            let (x, y) = (tightRange(a), tightRange(b))
            return min(x.lowerBound, y.lowerBound)...min(x.upperBound, y.upperBound)
        case .maximum(let a, let b):
            let (x, y) = (tightRange(a), tightRange(b))
            return max(x.lowerBound, y.lowerBound)...max(x.upperBound, y.upperBound)
        case .product(let a, let b):
            let (x, y) = (tightRange(a), tightRange(b))
            guard x != Self.unknown, y != Self.unknown else { return Self.unknown }
            let corners = [x.lowerBound, x.upperBound].flatMap { [$0 &* y.lowerBound, $0 &* y.upperBound] }
            return (corners.min() ?? 0)...(corners.max() ?? 0)
        case .quotient(let a, let b):
            let (x, divisor) = (tightRange(a), tightRange(b))
            guard divisor.lowerBound > 0, x.lowerBound >= 0 else { return Self.unknown }
            return (x.lowerBound / divisor.upperBound)...(x.upperBound / divisor.lowerBound)
        case .remainder(let a, let b):
            let (x, divisor) = (tightRange(a), tightRange(b))
            guard divisor.lowerBound > 0, x.lowerBound >= 0 else { return Self.unknown }
            if x.upperBound < divisor.lowerBound { return x }
            return 0...min(divisor.upperBound - 1, x.upperBound)
        }
    }

    /// Arguments of an atom are bounded as formulas in their own right.
    private func tightRange(_ index: AffineIndex) -> ClosedRange<Int> {
        let (low, high) = (lower(index), upper(index))
        return low <= high ? low...high : Self.unknown
    }
}
