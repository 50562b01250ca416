import Diagnostics
import GraphIR

extension Elaborator {
    /// Elaborates a block's body for one call.
    mutating func expand(_ call: Call, _ range: SourceRange, isOutermost: Bool) -> Value {
        let name = call.callee.text
        blocks[name]?.isUsed = true
        guard let block = blocks[name] else { return .invalid }
        let arguments = bindBlockArguments(call, block.syntax, range)
        if frames.contains(where: { $0.block?.syntax.name.text == name }) {
            report(
                "block \"\(name)\" calls itself", at: call.callee.range,
                notes: [.init("the block is declared here", block.syntax.name.range)],
                hint: "a graph is finite: write the levels one by one")
            return .invalid
        }
        calls += 1
        guard calls <= Self.callLimit else {
            abort("the graph has more than \(Self.callLimit) calls of blocks", at: range)
            return .invalid
        }
        if makesParameters(name), !noteParameters(of: call.callee) { return .invalid }
        guard let arguments else { return .invalid }

        let inner = frame(for: block, arguments, call: call.callee.range, prefix: builder.names.stem)
        // A call inside another one leaves the statement's name to the outer one.
        let result = isOutermost ? builder.names.outermost : builder.names.stem + "." + name
        return evaluateBody(of: block.syntax, inner, StatementNames(stem: inner.prefix, outermost: result))
    }

    /// Elaborates a block's body with arguments of which nothing is known, so that only what is wrong in any case is
    /// reported.
    mutating func checkUncalled(_ block: BlockDeclaration) {
        let name = block.syntax.name.text
        let unknown = [Value](repeating: .invalid, count: block.syntax.parameters.count)
        let inner = frame(for: block, unknown, call: nil, prefix: name)
        _ = evaluateBody(of: block.syntax, inner, StatementNames(stem: name, outermost: name))
    }

    private mutating func frame(
        for block: BlockDeclaration, _ arguments: [Value], call: SourceRange?, prefix: String
    ) -> Frame {
        var inner = Frame()
        inner.block = block
        inner.call = call
        inner.prefix = prefix
        inner.definitions = definitions(in: block.syntax.body)
        for (parameter, value) in zip(block.syntax.parameters, arguments) {
            if let first = inner.scope[parameter.text] {
                report(
                    "argument \"\(parameter.text)\" of block \"\(block.syntax.name.text)\" is named twice",
                    at: parameter.range, notes: [.init("the first one", first.name.range)])
            }
            inner.scope.define(Binding(name: parameter, value: value, role: .argument))
        }
        return inner
    }

    private mutating func evaluateBody(of block: BlockSyntax, _ inner: Frame, _ names: StatementNames) -> Value {
        let outerStatement = statement
        frames.append(inner)
        defer {
            frames.removeLast()
            statement = outerStatement
        }
        var result: Value?
        for syntax in block.body where !isAborted {
            if result != nil {
                report("this statement stands behind \"return\" and has no effect", at: syntax.keyword)
                break
            }
            switch syntax.kind {
            case .definition: elaborate(syntax)
            case .result(let expression):
                let state = StatementState(
                    description: "\"return\"", canHaveParameters: statement.canHaveParameters, parametrised: nil)
                result = evaluate(expression, state, names)
            case .input, .target, .output, .loss, .train, .block:
                report(
                    "\"\(file.text(in: syntax.keyword))\" cannot stand in a block", at: syntax.keyword,
                    hint: "a block has NAME = ... statements and ends with return VALUE")
            }
        }
        for binding in frame.scope.unused { warnUnused(binding) }
        guard let result else {
            if !isAborted {
                report(
                    "block \"\(block.name.text)\" has no \"return\"", at: block.endRange,
                    hint: "end it with return VALUE")
            }
            return .invalid
        }
        if !result.isInvalid, !isTensor(result) {
            report(
                "block \"\(block.name.text)\" must return a feature map, found \(describe(result))",
                at: block.name.range)
            return .invalid
        }
        return result
    }

    /// The values of a block's arguments in order, or nil behind a reported error; given by position or by label.
    private mutating func bindBlockArguments(_ call: Call, _ block: BlockSyntax, _ range: SourceRange) -> [Value]? {
        let names = block.parameters.map(\.text)
        let declaration = Diagnostic.Note("the block is declared here", block.name.range)
        var values = [Value?](repeating: nil, count: names.count)
        var isComplete = true
        var position = 0
        for argument in call.arguments {
            let value = evaluate(argument.value)
            var index = position
            if let label = argument.label {
                guard let labelled = names.firstIndex(of: label.text) else {
                    report(
                        "block \"\(block.name.text)\" has no argument \"\(label.text)\"", at: label.range,
                        notes: [declaration], hint: suggestion(label.text, names, "its arguments are"))
                    isComplete = false
                    continue
                }
                index = labelled
            } else {
                position += 1
            }
            guard index < names.count else { continue }
            if values[index] != nil {
                report("argument \"\(names[index])\" is given twice", at: argument.range)
                isComplete = false
            }
            values[index] = value
        }
        guard isComplete else { return nil }
        let given = call.arguments.count
        guard given == names.count, !values.contains(where: { $0 == nil }) else {
            report(
                "block \"\(block.name.text)\" takes \(counted(names.count, "argument")), found \(given)",
                at: call.callee.range, notes: [declaration],
                hint: "call it as \(block.name.text)(\(names.joined(separator: ", ")))")
            return nil
        }
        return values.compactMap(\.self)
    }

    /// True if a call of the block makes parameters, itself or through blocks that it calls.
    private mutating func makesParameters(_ name: String) -> Bool {
        if let known = parametrisedBlocks[name] { return known }
        var pending = [name]
        var seen: Set<String> = []
        var callees: [String] = []
        var isParametrised = false
        while let block = pending.popLast(), !isParametrised {
            guard seen.insert(block).inserted, let declaration = blocks[block] else { continue }
            callees.removeAll()
            for statement in declaration.syntax.body {
                switch statement.kind {
                case .definition(_, let value), .result(let value): collectCallees(in: value, &callees)
                case .input, .target, .output, .loss, .train, .block: break
                }
            }
            isParametrised = callees.contains { OperatorTable.signature(named: $0)?.hasParameters == true }
            pending += callees
        }
        parametrisedBlocks[name] = isParametrised
        return isParametrised
    }

    private func collectCallees(in expression: Expression, _ callees: inout [String]) {
        switch expression.kind {
        case .call(let call):
            callees.append(call.callee.text)
            for argument in call.arguments { collectCallees(in: argument.value, &callees) }
        case .list(let elements): for element in elements { collectCallees(in: element, &callees) }
        case .negate(let operand): collectCallees(in: operand, &callees)
        case .binary(_, let a, let b):
            collectCallees(in: a, &callees)
            collectCallees(in: b, &callees)
        case .integer, .real, .boolean, .name, .invalid: break
        }
    }
}
