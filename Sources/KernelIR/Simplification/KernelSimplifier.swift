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
            let shorter = kernel.body.withoutUnused(Mentions(kernel.body).indices)
            guard shorter != kernel.body else { return kernel }
            kernel.body = shorter
        }
    }
}

private struct KernelSimplifier {
    private var indices: IndexSimplifier
    /// All names that the kernel declares.
    private var names: Set<String>

    init(_ kernel: Kernel) {
        indices = IndexSimplifier(kernel)
        names = Set(kernel.body.flatMap(\.declaredNames))
    }

    // MARK: Statements

    /// A block: what is known of its names ends with it.
    mutating func simplified(_ body: [Statement]) -> [Statement] {
        let outer = indices
        defer { indices = outer }
        return body.indices.flatMap { simplified(body[$0], before: body[($0 + 1)...]) }
    }

    private mutating func simplified(_ statement: Statement, before rest: ArraySlice<Statement>) -> [Statement] {
        switch statement {
        case .comment: return [statement]
        case .loop(let name, let from, let to, let step, let body):
            return loop(name, indices.simplified(from), indices.simplified(to), step: step, body, before: rest)
        case .unrolled(let name, let count, let body):
            guard count > 1 else { return loop(name, 0, .literal(count), step: 1, body, before: rest) }
            let inner = block(body) { $0.declare(name, IndexRange(lower: 0, upper: count - 1)) }
            return inner.doesNothing ? [] : [.unrolled(name, count: count, inner)]
        case .letIndex(let name, let index):
            let value = indices.simplified(index)
            if value.constant != nil {
                indices.replace(name, by: value)
                return []
            }
            indices.declare(name, indices.range(value))
            return [.letIndex(name, value)]
        case .declare(let name, let width, let value): return [.declare(name, width: width, simplified(value))]
        case .declareArray(let name, let width, let count, let initial):
            return [.declareArray(name, width: width, count: count, initial: simplified(initial))]
        case .assign(let name, let value): return [.assign(name, simplified(value))]
        case .assignElement(let name, let index, let value):
            return [.assignElement(name, indices.simplified(index), simplified(value))]
        case .store(let buffer, let index, let value):
            return [.store(buffer, indices.simplified(index), simplified(value))]
        case .conditional(let condition, let body, let otherwise):
            let (test, value) = indices.simplified(condition)
            if let value { return joined(block(value ? body : otherwise) { _ in }, before: rest) }
            let (first, second) = (block(body) { _ in }, block(otherwise) { _ in })
            if first.doesNothing && second.doesNothing { return [] }
            return [.conditional(test, first, otherwise: second.doesNothing ? [] : second)]
        case .call(let function, let arguments): return [.call(function, arguments.map(simplified))]
        }
    }

    private mutating func block(_ body: [Statement], opening: (inout IndexSimplifier) -> Void) -> [Statement] {
        let outer = indices
        defer { indices = outer }
        opening(&indices)
        return simplified(body)
    }

    private mutating func loop(
        _ name: String, _ from: Index, _ to: Index, step: Int, _ body: [Statement], before rest: ArraySlice<Statement>
    ) -> [Statement] {
        let (start, end) = (indices.range(from), indices.range(to))
        if end.isAtMost(start) { return [] }
        let distance = IndexOperator.subtract.applied(end, start)
        if let first = from.constant, start.isBelow(end), let longest = distance.upper, longest <= step {
            return joined(block(body) { $0.replace(name, by: .literal(first)) }, before: rest)
        }
        var last = end.upper.map { $0 - 1 }
        // Steps from a known start do not reach all places.
        if let first = from.constant, let end = last, step > 0 { last = first + (end - first) / step * step }
        let inner = block(body) { $0.declare(name, IndexRange(lower: start.lower, upper: last)) }
        return inner.doesNothing ? [] : [.loop(name, from: from, to: to, step: step, inner)]
    }

    /// What was a block of its own as a part of the block around it, before the rest of that one.
    private mutating func joined(_ body: [Statement], before rest: ArraySlice<Statement>) -> [Statement] {
        let later = Set(rest.flatMap(\.declaredNames))
        var fresh: [String: String] = [:]
        for name in body.flatMap(\.ownNames) where later.contains(name) {
            var number = 1
            while names.contains("\(name)_\(number)") { number += 1 }
            fresh[name] = "\(name)_\(number)"
            names.insert("\(name)_\(number)")
        }
        return fresh.isEmpty ? body : body.map { $0.renamed(fresh) }
    }

    // MARK: Values

    private func simplified(_ argument: Argument) -> Argument {
        switch argument {
        case .index(let index): .index(indices.simplified(index))
        case .value(let value): .value(simplified(value))
        case .address(let buffer, let index, let extent, let access):
            .address(buffer, indices.simplified(index), extent: indices.simplified(extent), access: access)
        }
    }

    private func simplified(_ value: Expression) -> Expression { value.mapped { indices.simplified($0) } }
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
