extension Kernel {
    /// The kernel as a person would write it: constants folded, loops of one round and conditions that always hold without
    /// their brackets, what never runs gone.
    ///
    /// It touches the same places in the same order, and computes the same floats: no sum is put in another order.
    public func simplified() -> Kernel {
        var simplifier = KernelSimplifier(self)
        var kernel = self
        kernel.body = simplifier.simplified(body)
        // What only an unused index asks for is unused as well.
        while true {
            let mentions = Mentions(kernel.body)
            let used = mentions.indices.union(mentions.extents)
            guard kernel.body.contains(where: { $0.hasUnused(used) }) else { return kernel }
            kernel.body = kernel.body.withoutUnused(used)
        }
    }
}

private struct KernelSimplifier {
    private var indices: IndexSimplifier
    private let kernel: Kernel
    /// All names that the kernel declares, once somebody has asked for a new one.
    private var names: Set<String> = []

    init(_ kernel: Kernel) {
        self.kernel = kernel
        indices = IndexSimplifier(kernel)
    }

    // MARK: Statements

    /// A block: what is known of its names ends with it.
    mutating func simplified(_ body: [Statement]) -> [Statement] {
        let outer = indices
        defer { indices = outer }
        var result: [Statement] = []
        result.reserveCapacity(body.count)
        for position in body.indices { append(body[position], before: body[(position + 1)...], to: &result) }
        return result
    }

    private mutating func append(
        _ statement: Statement, before rest: ArraySlice<Statement>, to result: inout [Statement]
    ) {
        switch statement {
        case .comment: result.append(statement)
        case .loop(let name, let from, let to, let step, let body):
            result += loop(name, indices.known(from), indices.known(to), step: step, body, before: rest)
        case .unrolled(let name, let count, let body):
            guard count > 1 else {
                let (from, to) = (indices.known(0), indices.known(.literal(count)))
                result += loop(name, from, to, step: 1, body, before: rest)
                return
            }
            let inner = block(body) { $0.declare(name, IndexRange(lower: 0, upper: count - 1)) }
            if !inner.doesNothing { result.append(.unrolled(name, count: count, inner)) }
        case .letIndex(let name, let index):
            let value = indices.known(index)
            indices.declare(name, value.range)
            if value.range.value == nil { result.append(.letIndex(name, value.index)) }
        case .declare(let name, let width, let value):
            result.append(shorter(value).map { .declare(name, width: width, $0) } ?? statement)
        case .declareArray(let name, let width, let count, let initial):
            result.append(
                shorter(initial).map { .declareArray(name, width: width, count: count, initial: $0) } ?? statement)
        case .assign(let name, let value): result.append(shorter(value).map { .assign(name, $0) } ?? statement)
        case .assignElement(let name, let index, let value):
            result.append(.assignElement(name, indices.simplified(index), shorter(value) ?? value))
        case .store(let buffer, let index, let value):
            result.append(.store(buffer, indices.simplified(index), shorter(value) ?? value))
        case .conditional(let condition, let body, let otherwise):
            let (test, value) = indices.simplified(condition)
            if let value {
                result += joined(block(value ? body : otherwise) { _ in }, before: rest)
                return
            }
            let (first, second) = (block(body) { _ in }, block(otherwise) { _ in })
            if first.doesNothing && second.doesNothing { return }
            result.append(.conditional(test, first, otherwise: second.doesNothing ? [] : second))
        case .call(let function, let arguments): result.append(.call(function, arguments.map(simplified)))
        }
    }

    private mutating func block(_ body: [Statement], opening: (inout IndexSimplifier) -> Void) -> [Statement] {
        let outer = indices
        defer { indices = outer }
        opening(&indices)
        return simplified(body)
    }

    private mutating func loop(
        _ name: String, _ from: IndexSimplifier.Known, _ to: IndexSimplifier.Known, step: Int, _ body: [Statement],
        before rest: ArraySlice<Statement>
    ) -> [Statement] {
        let (start, end) = (from.range, to.range)
        if end.isAtMost(start) { return [] }
        let distance = IndexOperator.subtract.applied(end, start)
        if start.value != nil, start.isBelow(end), let longest = distance.upper, longest <= step {
            return joined(block(body) { $0.declare(name, start) }, before: rest)
        }
        var last = end.upper.map { $0 - 1 }
        // Steps from a known start do not reach all places.
        if let first = start.value, let end = last, step > 0 { last = first + (end - first) / step * step }
        let inner = block(body) { $0.declare(name, IndexRange(lower: start.lower, upper: last)) }
        return inner.doesNothing ? [] : [.loop(name, from: from.index, to: to.index, step: step, inner)]
    }

    /// What was a block of its own as a part of the block around it, before the rest of that one.
    private mutating func joined(_ body: [Statement], before rest: ArraySlice<Statement>) -> [Statement] {
        let own = body.flatMap(\.ownNames)
        guard !own.isEmpty, !rest.isEmpty else { return body }
        let later = Set(rest.flatMap(\.declaredNames))
        let taken = own.filter(later.contains)
        guard !taken.isEmpty else { return body }
        if names.isEmpty { names = Set(kernel.body.flatMap(\.declaredNames)) }
        var fresh: [String: String] = [:]
        for name in taken {
            var number = 1
            while names.contains("\(name)_\(number)") { number += 1 }
            fresh[name] = "\(name)_\(number)"
            names.insert("\(name)_\(number)")
        }
        return body.map { $0.renamed(fresh) }
    }

    // MARK: Values

    private func simplified(_ argument: Argument) -> Argument {
        switch argument {
        case .index(let index): .index(indices.simplified(index))
        case .value(let value): .value(shorter(value) ?? value)
        case .address(let buffer, let index, let extent, let access):
            .address(buffer, indices.simplified(index), extent: indices.simplified(extent), access: access)
        }
    }

    /// The expression with its indices in fewer words; nil where they have none to spare.
    private func shorter(_ value: Expression) -> Expression? {
        switch value {
        case .constant, .scalar, .variable: return nil
        case .element(let array, let index, let width):
            return indices.shorter(index).map { .element(array, $0, width: width) }
        case .load(let buffer, let index, let width):
            return indices.shorter(index).map { .load(buffer, $0, width: width) }
        case .number(let index): return indices.shorter(index).map { .number($0) }
        case .uniform(let key, let first, let stride, let width):
            return indices.shorter(first).map { .uniform(key: key, first: $0, stride: stride, width: width) }
        case .broadcast(let operand, let width): return shorter(operand).map { .broadcast($0, width: width) }
        case .unary(let unary, let operand): return shorter(operand).map { .unary(unary, $0) }
        case .horizontalSum(let operand): return shorter(operand).map { .horizontalSum($0) }
        case .binary(let binary, let a, let b):
            let (x, y) = (shorter(a), shorter(b))
            return x == nil && y == nil ? nil : .binary(binary, x ?? a, y ?? b)
        case .fusedMultiplyAdd(let a, let b, let c):
            let (x, y, z) = (shorter(a), shorter(b), shorter(c))
            return x == nil && y == nil && z == nil ? nil : .fusedMultiplyAdd(x ?? a, y ?? b, z ?? c)
        case .packed(let operand): return shorter(operand).map { .packed($0) }
        case .packedPairs(let even, let odd):
            let (x, y) = (shorter(even), shorter(odd))
            return x == nil && y == nil ? nil : .packedPairs(even: x ?? even, odd: y ?? odd)
        case .pairDot(let a, let b, let c):
            let (x, y, z) = (shorter(a), shorter(b), shorter(c))
            return x == nil && y == nil && z == nil ? nil : .pairDot(x ?? a, y ?? b, z ?? c)
        case .select(let comparison, let a, let b, let then, let otherwise):
            return .select(
                comparison, shorter(a) ?? a, shorter(b) ?? b, then: shorter(then) ?? then,
                otherwise: shorter(otherwise) ?? otherwise)
        }
    }
}

extension Statement {
    /// Whether it, or one inside it, declares an index that is not among those that somebody asks for.
    fileprivate func hasUnused(_ used: Set<String>) -> Bool {
        switch self {
        case .letIndex(let name, _): !used.contains(name)
        case .loop(_, _, _, _, let body), .unrolled(_, _, let body): body.contains { $0.hasUnused(used) }
        case .conditional(_, let body, let otherwise):
            body.contains { $0.hasUnused(used) } || otherwise.contains { $0.hasUnused(used) }
        case .comment, .declare, .declareArray, .assign, .assignElement, .store, .call: false
        }
    }
}

extension [Statement] {
    fileprivate var doesNothing: Bool { allSatisfy { if case .comment = $0 { true } else { false } } }

    /// Without indices that nobody asks for; `used` are the names that somebody does.
    fileprivate func withoutUnused(_ used: Set<String>) -> [Statement] {
        var kept: [Statement] = []
        for statement in self {
            switch statement {
            case .letIndex(let name, _) where !used.contains(name): break
            case .loop(let name, let from, let to, let step, let body):
                kept.append(.loop(name, from: from, to: to, step: step, body.withoutUnused(used)))
            case .unrolled(let name, let count, let body):
                kept.append(.unrolled(name, count: count, body.withoutUnused(used)))
            case .conditional(let condition, let body, let otherwise):
                kept.append(
                    .conditional(condition, body.withoutUnused(used), otherwise: otherwise.withoutUnused(used)))
            default: kept.append(statement)
            }
        }
        return kept
    }
}
