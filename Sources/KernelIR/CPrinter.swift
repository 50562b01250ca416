/// The kernel as a C11 function of the type `unetc_kernel`; its unit includes `unetc_model.h` and `unetc_vectors.h`
/// (see `cPrelude`) and declares the functions that the kernel calls.
///
/// Pointers are not `restrict`: a result may stand where an operand stood.
public func printC(_ kernel: Kernel) -> String {
    var printer = CPrinter(kernel)
    return printer.print()
}

private struct CPrinter {
    private let kernel: Kernel
    private var expressions: CExpressionPrinter
    private var lines: [String] = []
    private var depth = 0
    /// Elements of the variables declared so far. Siblings may share a name; the later one counts.
    private var widths: [String: Int] = [:]

    init(_ kernel: Kernel) {
        self.kernel = kernel
        expressions = CExpressionPrinter(names: CNames(kernel))
    }

    mutating func print() -> String {
        printDocumentation()
        add("void \(cIdentifier(kernel.name))(const unetc_call *call, int64_t task) {")
        depth += 1
        printParameters()
        print(kernel.body)
        depth -= 1
        add("}")
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Around the body

    private mutating func printDocumentation() {
        let text = kernel.documentation.flatMap(splitLines).map(commentText)
        guard let first = text.first else { return }
        lines.append("/* \(first)" + (text.count == 1 ? " */" : ""))
        guard text.count > 1 else { return }
        lines += text.dropFirst().map { $0.isEmpty ? " *" : " * \($0)" }
        lines.append(" */")
    }

    /// Names for operands and numbers; only for those that the body mentions, since compilers warn of the others.
    private mutating func printParameters() {
        let mentions = Mentions(kernel.body)
        var declarations: [(code: String, comment: String)] = []
        for (position, buffer) in kernel.buffers.enumerated() where mentions.buffers.contains(buffer.name) {
            let source = buffer.access == .workspace ? "workspace" : "operands[\(position)]"
            let type = buffer.access == .read ? "const float *const" : "float *const"
            let code = "\(type) \(expressions.names.buffer(buffer.name)) = call->\(source);"
            declarations.append((code, splitLines(buffer.comment).map(commentText).joined(separator: " ")))
        }
        if mentions.indices.contains("batch") {
            declarations.append(("const int64_t batch = call->scalars->batch;", ""))
        }
        if mentions.indices.contains("count") { declarations.append(("const int64_t count = call->count;", "")) }
        for scalar in RuntimeScalar.allCases where mentions.scalars.contains(scalar) {
            declarations.append(("const float \(scalar.rawValue) = call->scalars->\(scalar.rawValue);", ""))
        }
        let column = declarations.filter { !$0.comment.isEmpty }.map(\.code.count).max() ?? 0
        for (code, comment) in declarations {
            let gap = String(repeating: " ", count: max(0, column - code.count))
            add(comment.isEmpty ? code : "\(code)\(gap) // \(comment)")
        }
        if declarations.isEmpty { add("(void)call;") }
        if !mentions.indices.contains("task") { add("(void)task;") }
        if !kernel.body.isEmpty { add("") }
    }

    // MARK: Statements

    private mutating func print(_ body: [Statement]) { body.forEach { print($0) } }

    private mutating func print(_ statement: Statement) {
        switch statement {
        case .comment(let text): splitLines(text).forEach { add("// \(commentText($0))") }
        case .loop(let variable, let from, let to, let step, let body):
            printLoop(expressions.names.variable(variable), from, to, step: step, body)
        case .unrolled(let variable, let count, let body):
            printUnrolled(expressions.names.variable(variable), count: count) { $0.print(body) }
        case .letIndex(let name, let index):
            add("const int64_t \(expressions.names.variable(name)) = \(expressions.text(index).text);")
        case .declare(let name, let width, let value):
            widths[name] = width
            add("\(type(width)) \(expressions.names.variable(name)) = \(expressions.text(value, width: width).text);")
        case .declareArray(let name, let width, let count, let initial):
            widths[name] = width
            printArray(expressions.names.variable(name), width: width, count: count, initial: initial)
        case .assign(let name, let value):
            add("\(expressions.names.variable(name)) = \(expressions.text(value, width: width(of: name, value)).text);")
        case .assignElement(let name, let index, let value):
            let place = expressions.subscripted(expressions.names.variable(name), index).text
            add("\(place) = \(expressions.text(value, width: width(of: name, value)).text);")
        case .store(let name, let index, let value): printStore(name, index, value)
        case .conditional(let condition, let body, let otherwise): printConditional(condition, body, otherwise)
        case .call(let function, let arguments):
            add("\(function)(\(arguments.map { text($0) }.joined(separator: ", ")));")
        }
    }

    private mutating func printLoop(_ name: String, _ from: Index, _ to: Index, step: Int, _ body: [Statement]) {
        let start = expressions.text(from).text
        let end = expressions.text(to).at(.relation.tighter)
        block("for (int64_t \(name) = \(start); \(name) < \(end); \(name) += \(step))") { $0.print(body) }
    }

    private mutating func printUnrolled(_ name: String, count: Int, body: (inout CPrinter) -> Void) {
        add("#pragma GCC unroll \(max(1, count))")
        block("for (int64_t \(name) = 0; \(name) < \(count); \(name) += 1)", body)
    }

    private mutating func printArray(_ name: String, width: Int, count: Int, initial: Expression) {
        let declaration = "\(type(width)) \(name)[\(count)]"
        if case .constant(let value) = initial, value == 0, value.sign == .plus {
            return add("\(declaration) = \(width == 1 ? "{0}" : "{{0}}");")
        }
        add("\(declaration);")
        let counter = expressions.names.claim("\(name)_i")
        let value = expressions.text(initial, width: width).text
        printUnrolled(counter, count: count) { $0.add("\(name)[\(counter)] = \(value);") }
    }

    private mutating func printStore(_ name: String, _ index: Index, _ value: Expression) {
        let text = expressions.text(value).text
        if value.width == 1 {
            add("\(expressions.subscripted(expressions.names.buffer(name), index).text) = \(text);")
        } else {
            add("unetc_store\(value.width)(\(expressions.address(name, index).text), \(text));")
        }
    }

    private mutating func printConditional(_ condition: Condition, _ body: [Statement], _ otherwise: [Statement]) {
        block("if (\(expressions.text(condition).text))") { $0.print(body) }
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

    private func type(_ width: Int) -> String { width == 1 ? "float" : "v\(width)" }

    /// Elements of the variable assigned to; a constant does not tell.
    private func width(of name: String, _ value: Expression) -> Int { widths[name] ?? value.width }

    private mutating func block(_ head: String, _ body: (inout CPrinter) -> Void) {
        add("\(head) {")
        depth += 1
        body(&self)
        depth -= 1
        add("}")
    }

    private mutating func add(_ line: String) {
        let isFlush = line.isEmpty || line.hasPrefix("#")
        lines.append(isFlush ? line : String(repeating: "    ", count: depth) + line)
    }

    private func splitLines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The text without what would end, nest or continue a comment.
    private func commentText(_ text: String) -> String {
        var result = ""
        for character in text {
            let isDelimiter = (result.last == "*" && character == "/") || (result.last == "/" && character == "*")
            result += (isDelimiter ? " " : "") + String(character)
        }
        return result.hasSuffix("\\") ? result + "." : result
    }
}
