/// The part of a kernel that decides which places are touched, made quick to run: variables are numbered slots, index
/// definitions are inlined, and what touches nothing of interest is left out.
struct IndexProgram {
    indirect enum Formula {
        case constant(Int)
        case slot(Int)
        case binary(IndexOperator, Formula, Formula)
    }

    indirect enum Test {
        case less(Formula, Formula)
        case lessOrEqual(Formula, Formula)
        case equal(Formula, Formula)
        case and(Test, Test)
        case or(Test, Test)
    }

    struct Access {
        var name: String
        /// Position of the buffer in the kernel, or -1 for an array.
        var buffer: Int
        var index: Formula
        var width: Formula
        var extent: Int
        var isWrite: Bool
        var statement: Int
    }

    indirect enum Node {
        /// `isPlain`: the body is accesses whose places move evenly, so that the ends say everything.
        case loop(slot: Int, from: Formula, to: Formula, step: Int, body: [Node], isPlain: Bool, statement: Int)
        case conditional(Test, [Node], [Node], statement: Int)
        case access(Access)
        /// Index formulas that must be defined.
        case evaluate(Formula, statement: Int)
    }

    static let (taskSlot, batchSlot, countSlot) = (0, 1, 2)

    private(set) var nodes: [Node] = []
    private(set) var slotCount = 3
    /// First lines of statements, by their number.
    private(set) var headlines: [Int: String] = [:]

    private let kernel: Kernel
    private let unproved: Set<Int>
    private var number = -1
    private var formulas: [String: Formula] = [
        "task": .slot(taskSlot), "batch": .slot(batchSlot), "count": .slot(countSlot),
        // Of any other call the places are as many samples further on; its batch ends where the largest one does.
        "first_sample": .constant(0),
    ]
    private var arrays: [String: Int] = [:]

    /// - Parameter unproved: numbers, in the order of the text, of statements whose accesses are to be looked at;
    ///   writes to operands always are.
    init(_ kernel: Kernel, unproved: Set<Int>) {
        self.kernel = kernel
        self.unproved = unproved
        nodes = translate(kernel.body)
    }

    // MARK: Statements

    private mutating func translate(_ body: [Statement]) -> [Node] {
        let outer = formulas
        defer { formulas = outer }
        return body.flatMap { translate($0) }
    }

    private mutating func translate(_ statement: Statement) -> [Node] {
        number += 1
        let own = number
        switch statement {
        case .comment: return []
        case .loop(let name, let from, let to, let step, let body):
            let nodes = note(statement, [from, to])
            return nodes + loop(name, formula(from), formula(to), step: step, body, statement, own)
        case .unrolled(let name, let count, let body):
            return loop(name, .constant(0), .constant(count), step: 1, body, statement, own)
        case .letIndex(let name, let index):
            let nodes = note(statement, [index])
            formulas[name] = formula(index)
            return nodes
        case .declare(_, _, let value), .assign(_, let value): return accesses(in: value, statement)
        case .declareArray(let name, _, let count, let initial):
            arrays[name] = count
            return accesses(in: initial, statement)
        case .assignElement(let name, let index, let value):
            return element(name, index, statement) + accesses(in: value, statement)
        case .store(let name, let index, let value):
            let place = access(name, index, width: .constant(value.width), isWrite: true, statement)
            return accesses(in: value, statement) + place
        case .conditional(let condition, let body, let otherwise):
            let nodes = note(statement, condition.indices)
            let test = test(condition)
            let (first, second) = (translate(body), translate(otherwise))
            guard !first.isEmpty || !second.isEmpty else { return nodes }
            headlines[own] = statement.headline
            return nodes + [.conditional(test, first, second, statement: own)]
        case .call(_, let arguments): return arguments.flatMap { accesses(in: $0, statement) }
        }
    }

    private mutating func loop(
        _ name: String, _ from: Formula, _ to: Formula, step: Int, _ body: [Statement], _ statement: Statement,
        _ own: Int
    ) -> [Node] {
        let slot = slotCount
        slotCount += 1
        let outer = formulas
        formulas[name] = .slot(slot)
        let nodes = translate(body)
        formulas = outer
        guard !nodes.isEmpty, step > 0 else { return [] }
        headlines[own] = statement.headline
        let isPlain = nodes.allSatisfy { node in
            guard case .access(let access) = node else { return false }
            return access.index.isLinear(in: slot) && !access.width.mentions(slot)
        }
        return [.loop(slot: slot, from: from, to: to, step: step, body: nodes, isPlain: isPlain, statement: own)]
    }

    // MARK: Accesses

    /// Formulas of a statement that could not be shown to be defined.
    private mutating func note(_ statement: Statement, _ indices: [Index]) -> [Node] {
        guard unproved.contains(number) else { return [] }
        headlines[number] = statement.headline
        return indices.map { .evaluate(formula($0), statement: number) }
    }

    private mutating func access(
        _ name: Buffer.Handle, _ index: Index, width: Formula, isWrite: Bool, _ statement: Statement
    ) -> [Node] {
        guard let position = kernel.buffers.firstIndex(where: { $0.handle == name }) else { return [] }
        let buffer = kernel.buffers[position]
        let isShared = isWrite && buffer.access != .workspace
        guard isShared || unproved.contains(number) else { return [] }
        headlines[number] = statement.headline
        let access = Access(
            name: name.name, buffer: position, index: formula(index), width: width, extent: buffer.extent,
            isWrite: isShared,
            statement: number)
        return [.access(access)]
    }

    private mutating func element(_ name: String, _ index: Index, _ statement: Statement) -> [Node] {
        guard unproved.contains(number), let count = arrays[name] else { return [] }
        headlines[number] = statement.headline
        let access = Access(
            name: name, buffer: -1, index: formula(index), width: .constant(1), extent: count, isWrite: false,
            statement: number)
        return [.access(access)]
    }

    private mutating func accesses(in value: Expression, _ statement: Statement) -> [Node] {
        guard unproved.contains(number) else { return [] }
        switch value {
        case .constant, .variable, .scalar: return []
        case .element(let name, let index, _): return element(name, index, statement)
        case .load(let name, let index, let width):
            return access(name, index, width: .constant(width), isWrite: false, statement)
        case .number(let index), .uniform(_, let index, _, _): return note(statement, [index])
        case .broadcast(let operand, _), .unary(_, let operand), .horizontalSum(let operand), .packed(let operand):
            return accesses(in: operand, statement)
        case .binary(_, let a, let b), .packedPairs(let a, let b):
            return [a, b].flatMap { accesses(in: $0, statement) }
        case .fusedMultiplyAdd(let a, let b, let c), .pairDot(let a, let b, let c):
            return [a, b, c].flatMap { accesses(in: $0, statement) }
        case .select(_, let a, let b, let then, let otherwise):
            return [a, b, then, otherwise].flatMap { accesses(in: $0, statement) }
        }
    }

    private mutating func accesses(in argument: Argument, _ statement: Statement) -> [Node] {
        switch argument {
        case .index(let index): return note(statement, [index])
        case .value(let value): return accesses(in: value, statement)
        case .address(let name, let index, let extent, let access):
            // Of a callee's block of a matrix, only the first place is known to be written, not those between rows.
            let start = access == .read ? [] : self.access(name, index, width: .constant(1), isWrite: true, statement)
            return start + self.access(name, index, width: formula(extent), isWrite: false, statement)
        }
    }

    // MARK: Indices

    private func formula(_ index: Index) -> Formula {
        switch index {
        case .literal(let value): return .constant(value)
        case .variable(let name): return formulas[name] ?? .constant(0)
        case .binary(let binary, let a, let b):
            let (x, y) = (formula(a), formula(b))
            if case .constant(let p) = x, case .constant(let q) = y, let value = binary.applied(p, q) {
                return .constant(value)
            }
            return .binary(binary, x, y)
        }
    }

    private func test(_ condition: Condition) -> Test {
        switch condition {
        case .less(let a, let b): .less(formula(a), formula(b))
        case .lessOrEqual(let a, let b): .lessOrEqual(formula(a), formula(b))
        case .equal(let a, let b): .equal(formula(a), formula(b))
        case .and(let a, let b): .and(test(a), test(b))
        case .or(let a, let b): .or(test(a), test(b))
        }
    }
}

extension IndexProgram.Formula {
    func mentions(_ slot: Int) -> Bool {
        switch self {
        case .constant: false
        case .slot(let other): other == slot
        case .binary(_, let a, let b): a.mentions(slot) || b.mentions(slot)
        }
    }

    /// Whether equal steps of the slot move the value by equal steps.
    func isLinear(in slot: Int) -> Bool {
        switch self {
        case .constant, .slot: true
        case .binary(.add, let a, let b), .binary(.subtract, let a, let b):
            a.isLinear(in: slot) && b.isLinear(in: slot)
        case .binary(.multiply, let a, let b):
            (a.isLinear(in: slot) && !b.mentions(slot)) || (b.isLinear(in: slot) && !a.mentions(slot))
        case .binary(_, let a, let b): !a.mentions(slot) && !b.mentions(slot)
        }
    }
}

extension Condition {
    /// The indices compared, in order.
    var indices: [Index] {
        switch self {
        case .less(let a, let b), .lessOrEqual(let a, let b), .equal(let a, let b): [a, b]
        case .and(let a, let b), .or(let a, let b): a.indices + b.indices
        }
    }
}
