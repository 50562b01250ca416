extension Statement {
    /// Names that the statement and those inside it declare, in order.
    var declaredNames: [String] {
        switch self {
        case .loop(let name, _, _, _, let body), .unrolled(let name, _, let body):
            [name] + body.flatMap(\.declaredNames)
        case .letIndex(let name, _), .declare(let name, _, _), .declareArray(let name, _, _, _): [name]
        case .conditional(_, let body, let otherwise): (body + otherwise).flatMap(\.declaredNames)
        case .comment, .assign, .assignElement, .store, .call: []
        }
    }

    /// Whether the statement, or one inside it, gives the variable another value.
    func assigns(_ name: String) -> Bool {
        switch self {
        case .assign(let target, _): target == name
        case .loop(_, _, _, _, let body), .unrolled(_, _, let body): body.contains { $0.assigns(name) }
        case .conditional(_, let body, let otherwise): (body + otherwise).contains { $0.assigns(name) }
        case .comment, .letIndex, .declare, .declareArray, .assignElement, .store, .call: false
        }
    }

    /// Statements inside, and this one.
    var statementCount: Int {
        switch self {
        case .loop(_, _, _, _, let body), .unrolled(_, _, let body): body.reduce(1) { $0 + $1.statementCount }
        case .conditional(_, let body, let otherwise): (body + otherwise).reduce(1) { $0 + $1.statementCount }
        default: 1
        }
    }
}

/// What a kernel's text mentions, which decides what its function declares.
struct Mentions {
    var buffers: Set<Buffer.Handle> = []
    var indices: Set<String> = []
    /// Indices that only say how far a callee goes, which is checked and not printed.
    var extents: Set<String> = []
    var scalars: Set<RuntimeScalar> = []
    var randomNumbers = false

    init(_ statements: [Statement]) { statements.forEach { add($0) } }

    private mutating func add(_ statement: Statement) {
        switch statement {
        case .comment: break
        case .loop(_, let from, let to, _, let body):
            add(from)
            add(to)
            body.forEach { add($0) }
        case .unrolled(_, _, let body): body.forEach { add($0) }
        case .letIndex(_, let index): add(index)
        case .declare(_, _, let value), .declareArray(_, _, _, let value), .assign(_, let value): add(value)
        case .assignElement(_, let index, let value):
            add(index)
            add(value)
        case .store(let name, let index, let value):
            buffers.insert(name)
            add(index)
            add(value)
        case .conditional(let condition, let body, let otherwise):
            add(condition)
            (body + otherwise).forEach { add($0) }
        case .call(_, let arguments): arguments.forEach { add($0) }
        }
    }

    private mutating func add(_ argument: Argument) {
        switch argument {
        case .index(let index): add(index)
        case .value(let value): add(value)
        case .address(let name, let index, let extent, _):
            buffers.insert(name)
            add(index)
            var other = Mentions([])
            other.add(extent)
            extents.formUnion(other.indices)
        }
    }

    private mutating func add(_ condition: Condition) {
        switch condition {
        case .less(let a, let b), .lessOrEqual(let a, let b), .equal(let a, let b):
            add(a)
            add(b)
        case .and(let a, let b), .or(let a, let b):
            add(a)
            add(b)
        }
    }

    private mutating func add(_ index: Index) {
        switch index {
        case .literal: break
        case .variable(let name): indices.insert(name)
        case .binary(_, let a, let b):
            add(a)
            add(b)
        }
    }

    private mutating func add(_ value: Expression) {
        switch value {
        case .constant, .variable: break
        case .element(_, let index, _), .number(let index): add(index)
        case .load(let name, let index, _):
            buffers.insert(name)
            add(index)
        case .broadcast(let operand, _), .unary(_, let operand), .horizontalSum(let operand), .packed(let operand):
            add(operand)
        case .binary(_, let a, let b), .packedPairs(let a, let b): [a, b].forEach { add($0) }
        case .fusedMultiplyAdd(let a, let b, let c), .pairDot(let a, let b, let c): [a, b, c].forEach { add($0) }
        case .select(_, let a, let b, let then, let otherwise): [a, b, then, otherwise].forEach { add($0) }
        case .scalar(let scalar): scalars.insert(scalar)
        case .uniform(_, let first, _, _):
            randomNumbers = true
            add(first)
        }
    }
}
