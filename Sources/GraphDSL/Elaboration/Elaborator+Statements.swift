import Diagnostics
import GraphIR

extension Elaborator {
    mutating func elaborate(_ syntax: Statement) {
        switch syntax.kind {
        case .input(let name, let type): defineData(name, type, isTarget: false)
        case .target(let name, let type): defineData(name, type, isTarget: true)
        case .definition(let name, let expression):
            let value = evaluate(expression, statement: name)
            define(name, value, .value)
        case .output(let name, let expression): elaborateOutput(name, expression)
        case .loss(let expression): elaborateLoss(expression, keyword: syntax.keyword)
        case .train(let entries): elaborateTraining(entries, keyword: syntax.keyword)
        case .block(let block):
            laterBlocks[block.name.text] = nil
            declare(block, isInGraph: true)
        case .result:
            report(
                "\"return\" stands outside of a block", at: syntax.keyword,
                hint: "a graph says what it computes with output NAME = VALUE")
        }
    }

    // MARK: Inputs, targets, outputs

    private mutating func defineData(_ name: Name, _ syntax: TensorSyntax?, isTarget: Bool) {
        let role: Binding.Role = isTarget ? .target : .input
        guard let syntax, let type = tensorType(syntax, name, isTarget: isTarget), binding(of: name.text) == nil else {
            define(name, .invalid, role)
            return
        }
        var value = Value.invalid
        do {
            value = .tensor(try builder.leaf(isTarget ? .target : .input, type, name: name.text, at: name.range))
        } catch { report(error) }
        define(name, value, role)
    }

    private mutating func tensorType(_ syntax: TensorSyntax, _ name: Name, isTarget: Bool) -> TensorType? {
        if syntax.isClasses, !isTarget {
            report(
                "input \"\(name.text)\" cannot be a class map", at: syntax.range, hint: "write [C, H, W] for an input")
            return nil
        }
        let sizes = syntax.isClasses ? "[H, W]" : "[C, H, W]"
        guard syntax.sizes.count == (syntax.isClasses ? 2 : 3) else {
            report(
                "expected the sizes \(sizes), found \(syntax.sizes.count)", at: syntax.range,
                hint: syntax.sizes.count == 4 ? "the batch is implicit: leave it out" : nil)
            return nil
        }
        let shape = syntax.sizes.map { integer($0, from: 1, "a size of \"\(name.text)\"") }
        guard !shape.contains(nil) else { return nil }
        return TensorType(shape.compactMap(\.self), batched: true, isClasses: syntax.isClasses)
    }

    private mutating func elaborateOutput(_ name: Name, _ expression: Expression) {
        var value = evaluate(expression, statement: name)
        if !value.isInvalid, !isFeatureMap(value) {
            report(
                "output \"\(name.text)\" must be a feature map, found \(describe(value))", at: expression.range,
                hint: isScalar(value) ? "a loss is declared with loss ..." : nil)
            value = .invalid
        }
        let isNew = binding(of: name.text) == nil
        define(name, value, .output)
        if case .tensor(let id) = value, isNew { builder.addOutput(name.text, id) }
    }

    // MARK: Loss

    private mutating func elaborateLoss(_ expression: Expression, keyword: SourceRange) {
        if let first = lossStatement {
            report(
                "a graph has one loss, found a second", at: keyword, notes: [.init("the first loss", first)],
                hint: "add them: loss 0.5 * a(...) + 0.5 * b(...)")
        }
        lossStatement = lossStatement ?? keyword
        let state = StatementState(description: "the loss", canHaveParameters: false)
        let names = StatementNames(stem: "loss", outermost: "loss")
        let value = evaluate(expression, state, names)
        guard case .tensor(let id) = value, isScalar(value) else {
            if !value.isInvalid {
                let losses = OperatorTable.built.filter(\.isLoss).map(\.name).joined(separator: ", ")
                report(
                    "expected a loss, found \(describe(value))", at: expression.range, hint: "losses are \(losses)")
            }
            return
        }
        builder.setLoss(id)
    }

    // MARK: Statements with a name

    /// The value of a statement's expression; its nodes are named after the statement.
    mutating func evaluate(_ expression: Expression, statement name: Name) -> Value {
        var fullName = frame.fullName(name.text)
        // A second definition is refused for its name, which says it all: its parameters must not clash as well.
        if binding(of: name.text) != nil || !claim(fullName, name) { fullName += ".again" }
        let state = StatementState(description: "\"\(name.text)\"")
        return evaluate(expression, state, StatementNames(stem: fullName, outermost: fullName))
    }

    /// Notes the full name of a statement. Dots in it are those of quotes or of blocks, which may come to the same.
    /// - Returns: false behind a reported error.
    private mutating func claim(_ fullName: String, _ name: Name) -> Bool {
        // What nobody calls has no full names.
        if frames.contains(where: { $0.block != nil && $0.call == nil }) { return true }
        let claim = NameClaim(range: name.range, isDotted: name.text.contains("."))
        guard let first = fullNames[fullName] else {
            fullNames[fullName] = claim
            return true
        }
        guard first.range != claim.range, first.isDotted || claim.isDotted else { return true }
        report(
            "\"\(fullName)\" would be the name of two statements", at: name.range,
            notes: [.init("the first one", first.range)], hint: "choose another name")
        return false
    }

    mutating func evaluate(_ expression: Expression, _ state: StatementState, _ names: StatementNames) -> Value {
        let outer = (statement, builder.names)
        (statement, builder.names) = (state, names)
        defer { (statement, builder.names) = outer }
        return evaluate(expression, isOutermost: true)
    }

    /// Parameters take their names from the statement, so that it can have one call that makes some.
    /// - Returns: false behind a reported error.
    mutating func noteParameters(of callee: Name) -> Bool {
        if !statement.canHaveParameters {
            report(
                "\"\(callee.text)\" has parameters, which need a statement's name", at: callee.range,
                hint: "write NAME = \(callee.text)(...) and use NAME here")
        } else if let first = statement.parametrised {
            report(
                "\(statement.description) has several calls with parameters, which need names of their own",
                at: callee.range, notes: [.init("another one is this \"\(first.text)\"", first.range)],
                hint: "split the statement: NAME = \(first.text)(...)")
        } else {
            statement.parametrised = callee
            return true
        }
        return false
    }
}
