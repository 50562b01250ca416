/// A syntax tree for drawing and for other programs: what stands at a place, and the parts it is made of.
public struct SyntaxOutline: Hashable, Sendable {
    public var label: String
    public var children: [SyntaxOutline]

    init(_ label: String, _ children: [SyntaxOutline] = []) {
        self.label = label
        self.children = children
    }
}

extension GraphSyntax {
    /// Blocks and the graph, in the order of the text.
    public var outline: [SyntaxOutline] {
        blocks.map(outlineOf)
            + (graph.map { graph in
                let parameters = graph.parameters.map { outlineOf("parameter \($0.name.text)", $0.value) }
                let sizes = graph.sizes.map { [SyntaxOutline("sizes: \($0.rule.rawValue)")] } ?? []
                return [SyntaxOutline("graph \(graph.name.text)", parameters + sizes + graph.body.map(outlineOf))]
            } ?? [])
    }
}

private func outlineOf(_ block: BlockSyntax) -> SyntaxOutline {
    let parameters = block.parameters.map { SyntaxOutline("parameter \($0.text)") }
    return SyntaxOutline("block \(block.name.text)", parameters + block.body.map(outlineOf))
}

private func outlineOf(_ statement: Statement) -> SyntaxOutline {
    switch statement.kind {
    case .input(let name, let type): SyntaxOutline("input \(name.written): \(show(type))")
    case .target(let name, let type): SyntaxOutline("target \(name.written): \(show(type))")
    case .definition(let name, let value): outlineOf(name.written, value)
    case .output(let name, let value): outlineOf("output \(name.written)", value)
    case .loss(let value): outlineOf("loss", value)
    case .result(let value): outlineOf("return", value)
    case .train(let entries): SyntaxOutline("train", entries.map { outlineOf($0.key.text, $0.value) })
    case .block(let block): outlineOf(block)
    }
}

private func outlineOf(_ label: String, _ value: Expression) -> SyntaxOutline {
    SyntaxOutline(label, [outlineOf(value)])
}

private func outlineOf(_ expression: Expression) -> SyntaxOutline {
    switch expression.kind {
    case .integer, .real, .boolean, .name, .invalid: SyntaxOutline(show(expression))
    case .call(let call):
        SyntaxOutline(
            call.callee.text,
            call.arguments.map { argument in
                argument.label.map { outlineOf($0.text + ":", argument.value) } ?? outlineOf(argument.value)
            })
    case .list(let elements): SyntaxOutline("[]", elements.map(outlineOf))
    case .negate(let operand): SyntaxOutline("-", [outlineOf(operand)])
    case .binary(let op, let a, let b): SyntaxOutline(op.rawValue, [outlineOf(a), outlineOf(b)])
    }
}
