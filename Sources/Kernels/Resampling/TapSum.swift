import KernelIR

/// What a place of the result is the sum of, along one axis: weights times values at places of the source.
enum TapSum {
    struct Term {
        var place: Index
        /// A scalar; nil stands for 1.
        var weight: Expression?
    }

    /// A few terms, written out; none are zero.
    case terms([Term])
    /// All places in a range, in a loop; without a weight they are just added.
    case window(from: Index, to: Index, weight: ((Index) -> Expression)?)

    /// The place whose value is the sum itself, if it is one.
    var copied: Index? {
        guard case .terms(let terms) = self, terms.count == 1, terms[0].weight == nil else { return nil }
        return terms[0].place
    }

    var isZero: Bool {
        if case .terms(let terms) = self { terms.isEmpty } else { false }
    }

    /// Statements that leave the sum, times `factor`, in a new variable.
    ///
    /// - Parameters:
    ///   - variable: the name of a loop over places.
    ///   - load: the value at a place, of the given width.
    func declare(
        _ name: String, variable: String, width: Int, factor: Double = 1, load: (Index) -> Expression
    ) -> [Statement] {
        let scaled = { (value: Expression) in factor == 1 ? value : value * splat(.constant(factor), width) }
        switch self {
        case .terms(let terms):
            let sum = terms.reduce(Expression?.none) { $0.adding(load($1.place), times: $1.weight, width: width) }
            return [.declare(name, width: width, scaled(sum ?? splat(0, width)))]
        case .window(let from, let to, let weight):
            let place = Index.variable(variable)
            let sum = Expression.variable(name, width: width)
            let next = Optional(sum).adding(load(place), times: weight?(place), width: width)
            let loop = Statement.loop(variable, from: from, to: to, step: 1, [.assign(name, next)])
            let scaling = factor == 1 ? [] : [Statement.assign(name, scaled(sum))]
            return [.declare(name, width: width, splat(0, width)), loop] + scaling
        }
    }
}

extension Expression? {
    /// The sum so far, if any, plus `value` times a scalar weight.
    func adding(_ value: Expression, times weight: Expression?, width: Int) -> Expression {
        switch (self, weight) {
        case (nil, nil): value
        case (nil, let weight?): value * splat(weight, width)
        case (let sum?, nil): sum + value
        case (let sum?, let weight?): .fusedMultiplyAdd(value, splat(weight, width), sum)
        }
    }
}
