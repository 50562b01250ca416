/// An index as a sum of constants times atoms: what does not change is added up, and what cancels is gone.
struct AffineIndex: Hashable {
    struct Term: Hashable {
        var atom: Atom
        var coefficient: Int
    }

    /// What a sum cannot see into.
    indirect enum Atom: Hashable {
        /// A number from a table of variables; larger numbers are declared further inside.
        case variable(Int)
        case minimum(AffineIndex, AffineIndex)
        case maximum(AffineIndex, AffineIndex)
        case quotient(AffineIndex, AffineIndex)
        case remainder(AffineIndex, AffineIndex)
        case product(AffineIndex, AffineIndex)
    }

    var constant: Int
    private(set) var terms: [Term] = []

    init(_ constant: Int) { self.constant = constant }

    init(_ atom: Atom) {
        constant = 0
        terms = [Term(atom: atom, coefficient: 1)]
    }

    /// The value, where nothing varies.
    var value: Int? { terms.isEmpty ? constant : nil }

    func coefficient(of atom: Atom) -> Int { terms.first { $0.atom == atom }?.coefficient ?? 0 }

    /// The sum without an atom.
    func removing(_ atom: Atom) -> AffineIndex {
        var result = self
        result.terms.removeAll { $0.atom == atom }
        return result
    }

    static func + (a: AffineIndex, b: AffineIndex) -> AffineIndex { a.adding(b, times: 1) }
    static func - (a: AffineIndex, b: AffineIndex) -> AffineIndex { a.adding(b, times: -1) }
    static func + (a: AffineIndex, b: Int) -> AffineIndex { a.adding(AffineIndex(b), times: 1) }
    static func * (a: AffineIndex, factor: Int) -> AffineIndex { AffineIndex(0).adding(a, times: factor) }

    func adding(_ other: AffineIndex, times factor: Int) -> AffineIndex {
        var result = self
        result.constant &+= factor &* other.constant
        for term in other.terms { result.add(term.atom, factor &* term.coefficient) }
        return result
    }

    private mutating func add(_ atom: Atom, _ coefficient: Int) {
        if let position = terms.firstIndex(where: { $0.atom == atom }) {
            terms[position].coefficient &+= coefficient
            if terms[position].coefficient == 0 { terms.remove(at: position) }
        } else if coefficient != 0 {
            terms.append(Term(atom: atom, coefficient: coefficient))
        }
        if case .remainder(let x, let divisor) = atom { joinDivision(of: x, by: divisor) }
        if case .quotient(let x, let divisor) = atom { joinDivision(of: x, by: divisor) }
    }

    /// `d · (x / d) + x % d` is `x`.
    private mutating func joinDivision(of x: AffineIndex, by divisor: AffineIndex) {
        guard let divider = divisor.value, divider > 0 else { return }
        let quotient = Atom.quotient(x, divisor)
        let remainder = Atom.remainder(x, divisor)
        let factor = coefficient(of: remainder)
        guard factor != 0, coefficient(of: quotient) == factor &* divider else { return }
        self = removing(quotient).removing(remainder).adding(x, times: factor)
    }
}

extension AffineIndex.Atom {
    /// Decides which atom to replace first: those that depend on the innermost variable, outermost operator first.
    var rank: (variable: Int, nesting: Int) {
        switch self {
        case .variable(let number): return (number, 0)
        case .minimum(let a, let b), .maximum(let a, let b), .quotient(let a, let b), .remainder(let a, let b),
            .product(let a, let b):
            let ranks = (a.terms + b.terms).map(\.atom.rank)
            let inner = ranks.max { $0 < $1 } ?? (-1, 0)
            return (inner.variable, inner.nesting + 1)
        }
    }
}

extension IndexOperator {
    /// The operator on sums; what is not linear becomes an atom.
    func applied(_ a: AffineIndex, _ b: AffineIndex) -> AffineIndex {
        if let x = a.value, let y = b.value, let result = applied(x, y) { return AffineIndex(result) }
        switch self {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply:
            if let factor = b.value { return a * factor }
            if let factor = a.value { return b * factor }
            return AffineIndex(.product(a, b))
        case .divide: return b.value == 1 ? a : AffineIndex(.quotient(a, b))
        case .remainder: return b.value == 1 ? AffineIndex(0) : AffineIndex(.remainder(a, b))
        case .minimum: return a == b ? a : AffineIndex(.minimum(a, b))
        case .maximum: return a == b ? a : AffineIndex(.maximum(a, b))
        }
    }
}
