extension Statement {
    /// Names that the statement declares for those behind it.
    var ownNames: [String] {
        switch self {
        case .letIndex(let name, _), .declare(let name, _, _), .declareArray(let name, _, _, _): [name]
        case .comment, .loop, .unrolled, .assign, .assignElement, .store, .conditional, .call: []
        }
    }

    /// The statement with other names for some indices and variables.
    func renamed(_ names: [String: String]) -> Statement {
        let own = { (name: String) in names[name] ?? name }
        let index = { (index: Index) in index.renamed(names) }
        let value = { (value: Expression) in value.mapped(index, name: own) }
        let block = { (body: [Statement]) in body.map { $0.renamed(names) } }
        switch self {
        case .comment: return self
        case .loop(let name, let from, let to, let step, let body):
            return .loop(own(name), from: index(from), to: index(to), step: step, block(body))
        case .unrolled(let name, let count, let body): return .unrolled(own(name), count: count, block(body))
        case .letIndex(let name, let position): return .letIndex(own(name), index(position))
        case .declare(let name, let width, let initial): return .declare(own(name), width: width, value(initial))
        case .declareArray(let name, let width, let count, let initial):
            return .declareArray(own(name), width: width, count: count, initial: value(initial))
        case .assign(let name, let new): return .assign(own(name), value(new))
        case .assignElement(let name, let position, let new):
            return .assignElement(own(name), index(position), value(new))
        case .store(let buffer, let position, let stored): return .store(buffer, index(position), value(stored))
        case .conditional(let condition, let body, let otherwise):
            return .conditional(condition.mapped(index), block(body), otherwise: block(otherwise))
        case .call(let function, let arguments):
            return .call(
                function,
                arguments.map { argument in
                    switch argument {
                    case .index(let number): .index(index(number))
                    case .value(let passed): .value(value(passed))
                    case .address(let buffer, let position, let extent, let access):
                        .address(buffer, index(position), extent: index(extent), access: access)
                    }
                })
        }
    }
}

extension Expression {
    /// The expression with other indices, and other names for variables.
    func mapped(_ index: (Index) -> Index, name: (String) -> String = { $0 }) -> Expression {
        func inner(_ operand: Expression) -> Expression { operand.mapped(index, name: name) }
        switch self {
        case .constant, .scalar: return self
        case .variable(let variable, let width): return .variable(name(variable), width: width)
        case .element(let array, let position, let width):
            return .element(name(array), index(position), width: width)
        case .load(let buffer, let position, let width): return .load(buffer, index(position), width: width)
        case .broadcast(let operand, let width): return .broadcast(inner(operand), width: width)
        case .unary(let unary, let operand): return .unary(unary, inner(operand))
        case .binary(let binary, let a, let b): return .binary(binary, inner(a), inner(b))
        case .fusedMultiplyAdd(let a, let b, let c): return .fusedMultiplyAdd(inner(a), inner(b), inner(c))
        case .packed(let operand): return .packed(inner(operand))
        case .packedPairs(let even, let odd): return .packedPairs(even: inner(even), odd: inner(odd))
        case .pairDot(let a, let b, let c): return .pairDot(inner(a), inner(b), inner(c))
        case .select(let comparison, let a, let b, let then, let otherwise):
            return .select(comparison, inner(a), inner(b), then: inner(then), otherwise: inner(otherwise))
        case .horizontalSum(let operand): return .horizontalSum(inner(operand))
        case .number(let number): return .number(index(number))
        case .uniform(let key, let first, let stride, let width):
            return .uniform(key: key, first: index(first), stride: stride, width: width)
        }
    }
}

extension Condition {
    fileprivate func mapped(_ index: (Index) -> Index) -> Condition {
        switch self {
        case .less(let a, let b): .less(index(a), index(b))
        case .lessOrEqual(let a, let b): .lessOrEqual(index(a), index(b))
        case .equal(let a, let b): .equal(index(a), index(b))
        case .and(let a, let b): .and(a.mapped(index), b.mapped(index))
        case .or(let a, let b): .or(a.mapped(index), b.mapped(index))
        }
    }
}

extension Index {
    fileprivate func renamed(_ names: [String: String]) -> Index {
        switch self {
        case .literal: self
        case .variable(let name): .variable(names[name] ?? name)
        case .binary(let binary, let a, let b): .binary(binary, a.renamed(names), b.renamed(names))
        }
    }
}
