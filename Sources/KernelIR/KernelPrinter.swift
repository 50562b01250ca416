/// Walks a kernel and writes its lines in one language.
struct KernelPrinter {
    private let kernel: Kernel
    private let syntax: any KernelSyntax
    private var expressions: ExpressionPrinter
    private var lines: [String] = []
    private var depth = 0
    /// Elements of the variables declared so far. Siblings may share a name; the later one counts.
    private var widths: [String: Int] = [:]

    init(_ kernel: Kernel, _ syntax: any KernelSyntax) {
        self.kernel = kernel
        self.syntax = syntax
        expressions = ExpressionPrinter(syntax: syntax, names: KernelNames(kernel, syntax))
    }

    mutating func print() -> String {
        let documentation = kernel.documentation.flatMap(splitLines)
        if !documentation.isEmpty { lines += syntax.documentation(documentation) }
        add(syntax.function(kernel.name))
        depth += 1
        printParameters()
        print(kernel.body)
        depth -= 1
        add("}")
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Around the body

    /// Names for operands and numbers; only for those that the body mentions, since compilers warn of the others.
    private mutating func printParameters() {
        let mentions = Mentions(kernel.body)
        var declarations: [(code: String, comment: String)] = []
        for (position, buffer) in kernel.buffers.enumerated() where mentions.buffers.contains(buffer.handle) {
            let code = syntax.buffer(
                expressions.names.buffer(buffer.handle), operand: buffer.access == .workspace ? nil : position,
                of: buffer.element, isReadOnly: buffer.access == .read)
            let comment = splitLines(buffer.comment).joined(separator: " ")
            declarations.append((code, comment.isEmpty ? "" : syntax.comment(comment)))
        }
        if mentions.indices.contains("batch") { declarations.append((syntax.parameter(.batch), "")) }
        if mentions.indices.contains("count") { declarations.append((syntax.parameter(.count), "")) }
        if mentions.indices.contains("first_sample") { declarations.append((syntax.parameter(.firstSample), "")) }
        for scalar in RuntimeScalar.allCases where mentions.scalars.contains(scalar) {
            declarations.append((syntax.parameter(.scalar(scalar)), ""))
        }
        if mentions.randomNumbers { declarations += [KernelParameter.seed, .step].map { (syntax.parameter($0), "") } }
        let column = declarations.filter { !$0.comment.isEmpty }.map(\.code.count).max() ?? 0
        for (code, comment) in declarations {
            let gap = String(repeating: " ", count: max(0, column - code.count))
            add(comment.isEmpty ? code : "\(code)\(gap) \(comment)")
        }
        if declarations.isEmpty, let line = syntax.ignored("call") { add(line) }
        if !mentions.indices.contains("task"), let line = syntax.ignored("task") { add(line) }
        if !kernel.body.isEmpty { add("") }
    }

    // MARK: Statements

    private mutating func print(_ body: [Statement]) {
        for (position, statement) in body.enumerated() { print(statement, before: body[(position + 1)...]) }
    }

    /// - Parameter rest: what follows in the block, and so in the scope of what the statement declares.
    private mutating func print(_ statement: Statement, before rest: ArraySlice<Statement>) {
        switch statement {
        case .comment(let text): splitLines(text).forEach { add(syntax.comment($0)) }
        case .loop(let variable, let from, let to, let step, let body):
            printLoop(expressions.names.variable(variable), from, to, step: step, body)
        case .unrolled(let variable, let count, let body):
            printUnrolled(expressions.names.variable(variable), count: count) { $0.print(body) }
        case .letIndex(let name, let index):
            add(syntax.index(expressions.names.variable(name), expressions.text(index).text))
        case .declare(let name, let width, let value):
            widths[name] = width
            add(
                syntax.variable(
                    expressions.names.variable(name), width: width, expressions.text(value, width: width).text,
                    isAssigned: rest.contains { $0.assigns(name) }))
        case .declareArray(let name, let width, let count, let initial):
            widths[name] = width
            printArray(expressions.names.variable(name), width: width, count: count, initial: initial)
        // Nothing to do, and an error in Swift.
        case .assign(let name, .variable(let source, _)) where source == name: break
        case .assign(let name, let value):
            addSimple(
                "\(expressions.names.variable(name)) = \(expressions.text(value, width: width(of: name, value)).text)")
        case .assignElement(let name, let index, let value):
            let place = expressions.subscripted(expressions.names.variable(name), index).text
            addSimple("\(place) = \(expressions.text(value, width: width(of: name, value)).text)")
        case .store(let name, let index, let value): printStore(name, index, value)
        case .conditional(let condition, let body, let otherwise): printConditional(condition, body, otherwise)
        case .call(let function, let arguments):
            addSimple("\(function)(\(arguments.map { text($0) }.joined(separator: ", ")))")
        }
    }

    private mutating func printLoop(_ name: String, _ from: Index, _ to: Index, step: Int, _ body: [Statement]) {
        block(syntax.loop(name, from: expressions.text(from), to: expressions.text(to), step: step)) {
            $0.print(body)
        }
    }

    private mutating func printUnrolled(_ name: String, count: Int, body: (inout KernelPrinter) -> Void) {
        if let line = syntax.unrolling(count) { add(line) }
        block(syntax.loop(name, from: CodeText("0"), to: CodeText(String(count)), step: 1), body)
    }

    private mutating func printArray(_ name: String, width: Int, count: Int, initial: Expression) {
        let value = expressions.text(initial, width: width).text
        var isZero = false
        if case .constant(let constant) = initial { isZero = constant == 0 && constant.sign == .plus }
        let declaration = syntax.array(name, width: width, count: count, initial: value, isZero: isZero)
        add(declaration.text)
        guard !declaration.isFilled else { return }
        let counter = expressions.names.claim("\(name)_i")
        printUnrolled(counter, count: count) { $0.addSimple("\(name)[\(counter)] = \(value)") }
    }

    private mutating func printStore(_ name: Buffer.Handle, _ index: Index, _ value: Expression) {
        let text = expressions.text(value).text
        let element = expressions.names.element(of: name)
        if case .packed(let elements) = value {
            addSimple("unetc_store_packed\(elements.width)(\(expressions.address(name, index).text), \(text))")
        } else if value.width == 1 && element == .float32 {
            addSimple("\(expressions.subscripted(expressions.names.buffer(name), index).text) = \(text)")
        } else {
            addSimple(
                "unetc_store\(expressions.suffix(element, value.width))(\(expressions.address(name, index).text), \(text))"
            )
        }
    }

    private mutating func printConditional(_ condition: Condition, _ body: [Statement], _ otherwise: [Statement]) {
        block(syntax.condition(expressions.text(condition).text)) { $0.print(body) }
        guard !otherwise.isEmpty else { return }
        lines[lines.count - 1] += " else {"
        depth += 1
        print(otherwise)
        depth -= 1
        add("}")
    }

    private func text(_ argument: Argument) -> String {
        switch argument {
        case .index(let index): expressions.text(index).text
        case .value(let value): expressions.text(value).text
        case .address(let name, let index, _, _): expressions.address(name, index).text
        }
    }

    // MARK: Text

    /// Elements of the variable assigned to; a constant does not tell.
    private func width(of name: String, _ value: Expression) -> Int { widths[name] ?? value.width }

    private mutating func block(_ head: String, _ body: (inout KernelPrinter) -> Void) {
        add("\(head) {")
        depth += 1
        body(&self)
        depth -= 1
        add("}")
    }

    private mutating func addSimple(_ statement: String) { add(statement + syntax.terminator) }

    private mutating func add(_ line: String) {
        let isFlush = line.isEmpty || line.hasPrefix("#")
        lines.append(isFlush ? line : String(repeating: "    ", count: depth) + line)
    }

    private func splitLines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
