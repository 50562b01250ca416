extension GraphSyntax: CustomStringConvertible {
    /// The tree as a text of the language that reads back: one declaration or statement a line, expressions fully
    /// parenthesised.
    public var description: String {
        var dump = SyntaxDump()
        for block in blocks { dump.block(block) }
        if let graph { dump.graph(graph) }
        return dump.text
    }
}

private struct SyntaxDump {
    var text = ""
    private var indentation = 0

    mutating func graph(_ graph: GraphDeclaration) {
        let parameters = graph.parameters.map { "\($0.name.text) = \(show($0.value))" }
        let sizes = graph.sizes.map { ["sizes: \($0.rule.rawValue)"] } ?? []
        braced("graph \(graph.name.text)(\((parameters + sizes).joined(separator: ", ")))") { $0.body(graph.body) }
    }

    mutating func block(_ block: BlockSyntax) {
        braced("block \(block.name.text)(\(block.parameters.map(\.text).joined(separator: ", ")))") {
            $0.body(block.body)
        }
    }

    private mutating func body(_ statements: [Statement]) {
        for statement in statements { self.statement(statement) }
    }

    private mutating func statement(_ statement: Statement) {
        switch statement.kind {
        case .input(let name, let type): line("input \(name.written): \(show(type))")
        case .target(let name, let type): line("target \(name.written): \(show(type))")
        case .definition(let name, let value): line("\(name.written) = \(show(value))")
        case .output(let name, let value): line("output \(name.written) = \(show(value))")
        case .loss(let value): line("loss \(show(value))")
        case .result(let value): line("return \(show(value))")
        case .train(let entries):
            braced("train") { for entry in entries { $0.line("\(entry.key.text): \(show(entry.value))") } }
        case .block(let syntax): block(syntax)
        }
    }

    private mutating func line(_ content: String) {
        text += String(repeating: "  ", count: indentation) + content + "\n"
    }

    private mutating func braced(_ header: String, _ body: (inout SyntaxDump) -> Void) {
        line(header + " {")
        indentation += 1
        body(&self)
        indentation -= 1
        line("}")
    }
}

func show(_ type: TensorSyntax?) -> String {
    guard let type else { return "<unreadable>" }
    return (type.isClasses ? "classes" : "") + "[" + type.sizes.map(show).joined(separator: ", ") + "]"
}

func show(_ expression: Expression) -> String {
    switch expression.kind {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .name(let name): QuotedName.written(name)
    case .call(let call): "\(call.callee.text)(\(call.arguments.map(show).joined(separator: ", ")))"
    case .list(let elements): "[" + elements.map(show).joined(separator: ", ") + "]"
    case .negate(let operand): "(-\(show(operand)))"
    case .binary(let op, let a, let b): "(\(show(a)) \(op.rawValue) \(show(b)))"
    case .invalid: "<unreadable>"
    }
}

func show(_ argument: Argument) -> String {
    (argument.label.map { $0.text + ": " } ?? "") + show(argument.value)
}
