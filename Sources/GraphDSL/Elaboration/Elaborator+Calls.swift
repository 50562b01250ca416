import Base
import Diagnostics
import GraphIR

extension Elaborator {
    /// An operator's or a block's call.
    mutating func evaluate(_ call: Call, _ range: SourceRange, isOutermost: Bool) -> Value {
        let callee = call.callee
        if let signature = OperatorTable.signature(named: callee.text) {
            return evaluate(signature, call, range, isOutermost: isOutermost)
        }
        if blocks[callee.text] != nil { return expand(call, range, isOutermost: isOutermost) }
        if syntax.unreadableBlocks.contains(callee.text) { return .invalid }
        // Arguments are evaluated all the same: they may hold further mistakes, and what they name is used.
        for argument in call.arguments { evaluateSilently(argument.value) }
        reportUnknownCallee(callee)
        return .invalid
    }

    /// Arguments of an unknown callee: `same` and lists are fine, since they might be what it wants.
    private mutating func evaluateSilently(_ expression: Expression) {
        switch expression.kind {
        case .list(let elements): for element in elements { _ = evaluate(element) }
        case .name(let word) where ["same", "none"].contains(word): break
        default: _ = evaluate(expression)
        }
    }

    private mutating func reportUnknownCallee(_ callee: Name) {
        let name = callee.text
        if let later = laterBlocks[name] {
            report(
                "block \"\(name)\" is used before it is declared", at: callee.range,
                notes: [.init("it is declared here", later)],
                hint: "move the block up, or out of the graph")
        } else if let value = frame.scope[name] {
            report(
                "\"\(name)\" is a value and cannot be called", at: callee.range,
                notes: [.init("it is defined here", value.name.range)])
        } else {
            report("unknown operator \"\(name)\"", at: callee.range, hint: hintForUnknownCallee(name))
        }
    }

    private func hintForUnknownCallee(_ name: String) -> String? {
        guard givesHints else { return nil }
        let callees = OperatorTable.names + blockNames
        if let near = nearMiss(name, among: callees) { return "did you mean \"\(near)\"?" }
        let rest = callees.count > 60 ? ", ..." : ""
        return "operators are " + callees.prefix(60).joined(separator: ", ") + rest
    }

    // MARK: Operators

    private mutating func evaluate(
        _ signature: OperatorSignature, _ call: Call, _ range: SourceRange, isOutermost: Bool
    ) -> Value {
        let bound = bind(call, signature.operands, signature.arguments)
        let isBare = signature.parameterSwitch.map { bound?.arguments.boolean($0) == false } ?? false
        if signature.hasParameters, !isBare, !noteParameters(of: call.callee) { return .invalid }
        guard let bound, let operands = check(bound.operands, of: signature) else { return .invalid }
        return apply(
            signature, operands, bound.arguments, callee: call.callee, range, isOutermost: isOutermost)
    }

    /// `a + b` is a call of `add`, and so on.
    mutating func apply(
        _ name: Name, operands: [(value: Value, syntax: Expression)], _ range: SourceRange, isOutermost: Bool
    ) -> Value {
        guard let signature = OperatorTable.signature(named: name.text),
            let operands = check(operands, of: signature)
        else { return .invalid }
        return apply(signature, operands, BoundArguments(), callee: name, range, isOutermost: isOutermost)
    }

    private mutating func apply(
        _ signature: OperatorSignature, _ operands: [Operand], _ arguments: BoundArguments, callee: Name,
        _ range: SourceRange, isOutermost: Bool
    ) -> Value {
        if !signature.isLoss, !signature.fitsSizes {
            for operand in operands where builder.isTarget(operand.id) {
                warn(
                    "target \(operand.description) is used by \"\(signature.name)\", which is not a loss",
                    at: operand.range, hint: "a trained net predicts without a target")
            }
        }
        let call = OperatorCall(
            name: signature.name, range: range, isOutermost: isOutermost, operands: operands, arguments: arguments)
        return build { builder throws(Diagnostic) in try signature.build(call, &builder) }
    }

    /// Runs what makes nodes and reports what it throws.
    mutating func build(_ body: (inout GraphBuilder) throws(Diagnostic) -> NodeID) -> Value {
        do { return .tensor(try body(&builder)) } catch {
            if builder.graph.nodes.count >= GraphBuilder.nodeLimit { isAborted = true }
            report(error)
            return .invalid
        }
    }

    /// Operands that are feature maps (in losses also class maps), or nil behind a reported error.
    private mutating func check(
        _ values: [(value: Value, syntax: Expression)], of signature: OperatorSignature
    ) -> [Operand]? {
        var operands: [Operand] = []
        for (index, (value, syntax)) in values.enumerated() where !value.isInvalid {
            let isTarget = signature.isLoss && index == 1
            if let operand = operand(value, syntax), isFeatureMap(value) || isTarget && !isScalar(value) {
                operands.append(operand)
            } else {
                report(
                    "\"\(signature.name)\" needs a feature map, found \(describe(value))", at: syntax.range,
                    hint: hint(for: value, signature))
            }
        }
        return operands.count == values.count ? operands : nil
    }

    private func hint(for value: Value, _ signature: OperatorSignature) -> String? {
        if isTensor(value) { return nil }
        if let symbol = ["add": "+", "sub": "-", "mul": "*", "div": "/"][signature.name] {
            return "numbers stand beside \"\(symbol)\""
        }
        guard let argument = signature.arguments.first(where: { !$0.isPositional }) else { return nil }
        return "arguments have labels, such as \(argument.name): \(example(argument))"
    }

    func operand(_ value: Value, _ syntax: Expression) -> Operand? {
        guard case .tensor(let id) = value else { return nil }
        let description: String
        var written: String?
        var origin = syntax.range
        switch syntax.kind {
        case .name(let name):
            written = name
            description = "\"\(name)\""
            origin = frame.scope[name]?.name.range ?? origin
        case .call(let call): description = "the result of \"\(call.callee.text)\""
        default: description = "\"\(file.excerpt(syntax.range))\""
        }
        return Operand(
            id: id, type: builder.graph[id].type, range: syntax.range, name: written,
            description: description, origin: origin)
    }
}

/// `1 argument`, `2 arguments`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
