/// What can be said of a kernel without running it: names, widths, access rights, and bounds that formulas prove.
struct KernelChecker {
    private let kernel: Kernel
    private var bounds = IndexBounds()
    private var scope = Scope()
    private var buffers: [Buffer.Handle: Buffer] = [:]
    private var statement: Statement?
    /// Counts statements in the order of the text; `KernelEnumerator` counts alike.
    private var number = -1
    private var unproved: Set<Int> = []
    private(set) var messages: [String] = []

    /// The names visible at a place, and what is known there.
    private struct Scope {
        var indices: [String: AffineIndex] = [:]
        var variables: [String: (width: Int, count: Int?)] = [:]
        /// Formulas that are at most 0 here.
        var facts: [AffineIndex] = []

        func declares(_ name: String) -> Bool { indices[name] != nil || variables[name] != nil }
    }

    init(_ kernel: Kernel, batchCapacity: Int, count: ClosedRange<Int>) {
        self.kernel = kernel
        let batch = bounds.declare(AffineIndex(1), AffineIndex(max(1, batchCapacity)))
        let number = bounds.declare(AffineIndex(count.lowerBound), AffineIndex(count.upperBound))
        let lastTask = batch * kernel.tasksPerSample + (kernel.tasksFixed - 1)
        let task = bounds.declare(AffineIndex(0), lastTask)
        scope.indices = ["batch": batch, "count": number, "task": task, "first_sample": AffineIndex(0)]
    }

    /// Finds mistakes into `messages`; returns the numbers of statements with accesses that need to be run.
    mutating func check() -> Set<Int> {
        checkBuffers()
        check(kernel.body)
        return unproved
    }

    private mutating func checkBuffers() {
        for buffer in kernel.buffers {
            if buffers.updateValue(buffer, forKey: buffer.handle) != nil {
                report("buffer \"\(buffer.handle)\" is declared twice")
            }
        }
        let workspaces = kernel.buffers.indices.filter { kernel.buffers[$0].access == .workspace }
        if workspaces.contains(where: { $0 != kernel.buffers.count - 1 }) {
            report("a workspace must be the last buffer and the only one")
        }
        if kernel.tasksPerSample < 0 || kernel.tasksFixed < 0 { report("the number of tasks is negative") }
    }

    // MARK: Statements

    private mutating func check(_ body: [Statement]) { body.forEach { check($0) } }

    private mutating func check(_ statement: Statement) {
        number += 1
        self.statement = statement
        switch statement {
        case .comment: break
        case .loop(let name, let from, let to, let step, let body): checkLoop(name, from, to, step: step, body)
        case .unrolled(let name, let count, let body): checkLoop(name, 0, .literal(count), step: 1, body)
        case .letIndex(let name, let index):
            let value = check(index)
            if isFree(name) { scope.indices[name] = value }
        case .declare(let name, let width, let value):
            check(value, width: width)
            declare(name, width: width, count: nil)
        case .declareArray(let name, let width, let count, let initial):
            check(initial, width: width)
            if count < 1 { report("an array of \(count) elements") }
            declare(name, width: width, count: count)
        case .assign(let name, let value):
            let width = checkVariable(name)
            check(value, width: width)
        case .assignElement(let name, let index, let value):
            let width = checkElement(name, index)
            check(value, width: width)
        case .store(let name, let index, let value):
            let width = check(value) ?? 1
            checkAccess(name, index, extent: AffineIndex(width), access: .write)
        case .conditional(let condition, let body, let otherwise):
            check(condition)
            checkBlock(body) { $0.scope.facts += $0.facts(condition, holds: true) }
            checkBlock(otherwise) { $0.scope.facts += $0.facts(condition, holds: false) }
        case .call(_, let arguments): arguments.forEach { check($0) }
        }
    }

    private mutating func checkLoop(_ name: String, _ from: Index, _ to: Index, step: Int, _ body: [Statement]) {
        let (start, end) = (check(from), check(to))
        let isUsable = isFree(name)
        guard step > 0 else { return report("a loop with a step of \(step) never ends") }
        // Where the distance is known, so is the last value; else some value before the end.
        var last = end + -1
        if let distance = (end - start).value, distance > 0 { last = start + (distance - 1) / step * step }
        let isNeverEntered = (end - start).value.map { $0 <= 0 } ?? false
        if isNeverEntered { last = start }
        checkBlock(isNeverEntered ? [] : body) { checker in
            if isUsable { checker.scope.indices[name] = checker.bounds.declare(start, last) }
        }
        if isNeverEntered { number += body.map(\.statementCount).reduce(0, +) }
    }

    /// Names declared inside, and what is known there, end with the block.
    private mutating func checkBlock(_ body: [Statement], opening: (inout KernelChecker) -> Void) {
        let outer = scope
        opening(&self)
        check(body)
        scope = outer
    }

    private mutating func check(_ argument: Argument) {
        switch argument {
        case .index(let index): check(index)
        case .value(let value): check(value, width: 1)
        case .address(let name, let index, let extent, let access):
            let floats = check(extent)
            checkAccess(name, index, extent: floats, access: access)
            if let element = buffers[name]?.element, element != .float32 {
                report("\"\(name)\" is stored as \(element.rawValue), where the function takes 32-bit floats")
            }
        }
    }

    // MARK: Names

    private mutating func declare(_ name: String, width: Int, count: Int?) {
        checkWidth(width)
        if isFree(name) { scope.variables[name] = (width, count) }
    }

    private mutating func isFree(_ name: String) -> Bool {
        if scope.declares(name) { report("\"\(name)\" is already declared") }
        return !scope.declares(name)
    }

    private mutating func checkWidth(_ width: Int) {
        if ![1, 4, 8, 16].contains(width) { report("a width of \(width); expected 1, 4, 8 or 16") }
    }

    /// The width of a variable that is not an array.
    private mutating func checkVariable(_ name: String) -> Int? {
        guard let variable = scope.variables[name] else {
            report("variable \"\(name)\" is not declared")
            return nil
        }
        if variable.count != nil { report("\"\(name)\" is an array; expected an element of it") }
        return variable.width
    }

    private mutating func checkElement(_ name: String, _ index: Index) -> Int? {
        let position = check(index)
        guard let variable = scope.variables[name], let count = variable.count else {
            report("array \"\(name)\" is not declared")
            return nil
        }
        prove(position, through: position, within: count, of: name)
        return variable.width
    }

    // MARK: Accesses

    private mutating func checkAccess(_ name: Buffer.Handle, _ index: Index, extent: AffineIndex, access: Buffer.Access)
    {
        let position = check(index)
        guard let buffer = buffers[name] else { return report("there is no buffer \"\(name)\"") }
        let isReading = access != .write
        let isWriting = access != .read
        if isReading && buffer.access == .write { report("\"\(name)\" is only to be written, and is read") }
        if isWriting && buffer.access == .read { report("\"\(name)\" is only to be read, and is written") }
        prove(position, through: position + extent + -1, within: buffer.extent, of: name.name)
    }

    private mutating func prove(
        _ first: AffineIndex, through last: AffineIndex, within extent: Int, of name: String
    ) {
        let isProved =
            bounds.proves(first * -1, atMost: 0, facts: scope.facts)
            && bounds.proves(last, atMost: extent - 1, facts: scope.facts)
        if !isProved { unproved.insert(number) }
    }

    // MARK: Indices

    @discardableResult
    private mutating func check(_ index: Index) -> AffineIndex {
        switch index {
        case .literal(let value): return AffineIndex(value)
        case .variable(let name):
            if let value = scope.indices[name] { return value }
            report("index \"\(name)\" is not declared")
            return AffineIndex(0)
        case .binary(let binary, let a, let b):
            let (x, y) = (check(a), check(b))
            if binary == .divide || binary == .remainder {
                let isDefined =
                    bounds.proves(x * -1, atMost: 0, facts: scope.facts)
                    && bounds.proves(y * -1, atMost: -1, facts: scope.facts)
                if !isDefined { unproved.insert(number) }
            }
            return binary.applied(x, y)
        }
    }

    private mutating func check(_ condition: Condition) {
        switch condition {
        case .less(let a, let b), .lessOrEqual(let a, let b), .equal(let a, let b):
            check(a)
            check(b)
        case .and(let a, let b), .or(let a, let b):
            check(a)
            check(b)
        }
    }

    /// Formulas that are at most 0 where the condition holds, or does not.
    private mutating func facts(_ condition: Condition, holds: Bool) -> [AffineIndex] {
        let (known, knownNumber) = (messages, unproved)
        defer { (messages, unproved) = (known, knownNumber) }
        switch (condition, holds) {
        case (.less(let a, let b), true): return [check(a) - check(b) + 1]
        case (.less(let a, let b), false): return [check(b) - check(a)]
        case (.lessOrEqual(let a, let b), true): return [check(a) - check(b)]
        case (.lessOrEqual(let a, let b), false): return [check(b) - check(a) + 1]
        case (.equal(let a, let b), true): return [check(a) - check(b), check(b) - check(a)]
        case (.and(let a, let b), true), (.or(let a, let b), false):
            return facts(a, holds: holds) + facts(b, holds: holds)
        case (.equal, false), (.and, false), (.or, true): return []
        }
    }

    // MARK: Values

    private mutating func check(_ value: Expression, width: Int?) {
        guard let found = check(value), let width, found != width else { return }
        report("a value of width \(found) where width \(width) is expected")
    }

    /// The value's width; nil for constants, which take any.
    @discardableResult
    private mutating func check(_ value: Expression) -> Int? {
        switch value {
        case .constant: return nil
        case .scalar: return 1
        case .number(let index):
            check(index)
            return 1
        case .variable(let name, let width): return declared(checkVariable(name), used: width, name)
        case .element(let name, let index, let width): return declared(checkElement(name, index), used: width, name)
        case .load(let name, let index, let width):
            checkWidth(width)
            checkAccess(name, index, extent: AffineIndex(width), access: .read)
            return width
        case .broadcast(let operand, let width):
            checkWidth(width)
            check(operand, width: 1)
            return width
        case .uniform(_, let first, _, let width):
            checkWidth(width)
            check(first)
            return width
        case .unary(_, let operand): return check(operand)
        case .horizontalSum(let operand):
            check(operand)
            return 1
        case .binary(_, let a, let b): return common([a, b])
        case .fusedMultiplyAdd(let a, let b, let c), .pairDot(let a, let b, let c): return common([a, b, c])
        case .packedPairs(let even, let odd): return common([even, odd])
        case .packed(let operand):
            let width = check(operand) ?? 1
            if width % 2 != 0 { report("\(width) elements cannot be packed in pairs") }
            return width / 2
        case .select(_, let a, let b, let then, let otherwise): return common([a, b, then, otherwise])
        }
    }

    private mutating func declared(_ declared: Int?, used: Int, _ name: String) -> Int {
        if let declared, declared != used {
            report("\"\(name)\" has width \(declared) and is used with width \(used)")
        }
        return used
    }

    private mutating func common(_ operands: [Expression]) -> Int? {
        var widths: [Int] = []
        for operand in operands { if let width = check(operand) { widths.append(width) } }
        if let first = widths.first, widths.contains(where: { $0 != first }) {
            report("operands of widths \(widths.map(String.init).joined(separator: ", ")); broadcast the narrow ones")
        }
        return widths.max()
    }

    private mutating func report(_ message: String) {
        messages.append(statement.map { "in \"\($0.headline)\": \(message)" } ?? message)
    }
}
