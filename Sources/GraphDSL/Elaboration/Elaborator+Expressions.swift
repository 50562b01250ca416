import Base
import Diagnostics
import GraphIR

extension Elaborator {
    /// The value of an expression; `isOutermost` says that its node carries the statement's name.
    mutating func evaluate(_ expression: Expression, isOutermost: Bool = false) -> Value {
        guard !isAborted else { return .invalid }
        guard depth < Self.depthLimit else {
            abort("blocks and expressions are nested too deeply", at: expression.range)
            return .invalid
        }
        depth += 1
        defer { depth -= 1 }
        switch expression.kind {
        case .integer(let value): return .integer(value)
        case .real(let value): return .real(value)
        case .boolean(let value): return .boolean(value)
        case .name(let name): return lookUp(Name(text: name, range: expression.range))
        case .call(let call): return evaluate(call, expression.range, isOutermost: isOutermost)
        case .negate(let operand): return negate(operand, expression.range, isOutermost: isOutermost)
        case .binary(let op, let a, let b): return combine(op, a, b, expression.range, isOutermost: isOutermost)
        case .list(let elements):
            for element in elements { _ = evaluate(element) }
            report("a list is not a value", at: expression.range, hint: "lists stand for [h, w] in arguments")
            return .invalid
        case .invalid: return .invalid
        }
    }

    // MARK: Names

    private mutating func lookUp(_ name: Name) -> Value {
        if let binding = frame.scope[name.text] {
            modifyFrame { $0.scope.markUsed(name.text) }
            return binding.value
        }
        if seesParameters, let binding = parameters[name.text] {
            parameters.markUsed(name.text)
            return binding.value
        }
        reportUnknown(name)
        return .invalid
    }

    /// What a name stands for in the current body; nil for one that is free.
    func binding(of name: String) -> Binding? { frame.scope[name] ?? (seesParameters ? parameters[name] : nil) }

    private mutating func reportUnknown(_ name: Name) {
        if let later = frame.definitions[name.text] {
            report(
                "\"\(name.text)\" is used before it is defined", at: name.range,
                notes: [.init("it is defined here", later)], hint: "move the definition up")
        } else if let block = frame.block, let outer = frames.first?.scope[name.text] ?? parameters[name.text] {
            report(
                "\"\(name.text)\" cannot be seen inside block \"\(block.syntax.name.text)\"", at: name.range,
                notes: [.init("it is defined in the graph", outer.name.range)], hint: "hand it over as an argument")
        } else if OperatorTable.isReserved(name.text) || blocks[name.text] != nil {
            let what = blocks[name.text] != nil ? "block" : "operator"
            report(
                "\"\(name.text)\" is \(article(what)), found no arguments", at: name.range,
                hint: "call it: \(name.text)(...)")
        } else {
            report("unknown name \"\(name.text)\"", at: name.range, hint: hintForUnknown(name))
        }
    }

    private func hintForUnknown(_ name: Name) -> String? {
        guard givesHints else { return nil }
        let visible = frame.scope.names + (seesParameters ? parameters.names : [])
        if let near = nearMiss(name.text, among: visible) { return "did you mean \"\(near)\"?" }
        return visible.isEmpty ? nil : "names defined so far: " + visible.suffix(12).joined(separator: ", ")
    }

    /// Looking for what was meant takes time in proportion to all names; behind so many errors nobody would read it.
    var givesHints: Bool { diagnostics.errorCount < 100 }

    // MARK: Arithmetic

    private mutating func negate(_ operand: Expression, _ range: SourceRange, isOutermost: Bool) -> Value {
        let value = evaluate(operand)
        switch value {
        case .integer(let value):
            let (result, overflow) = (0).subtractingReportingOverflow(value)
            return overflow ? tooLarge(range) : .integer(result)
        case .real(let value): return .real(-value)
        case .invalid: return .invalid
        case .tensor where isFeatureMap(value) || isScalar(value):
            return elementwise(.scale(-1), [(value, operand)], "scale", range, isOutermost)
        case .tensor, .boolean:
            report("\"-\" needs a number or a feature map, found \(describe(value))", at: range)
            return .invalid
        }
    }

    private mutating func combine(
        _ op: BinaryOperator, _ left: Expression, _ right: Expression, _ range: SourceRange, isOutermost: Bool
    ) -> Value {
        let a = evaluate(left)
        let b = evaluate(right)
        switch (a, b) {
        case (.invalid, _), (_, .invalid): return .invalid
        case (.integer(let a), .integer(let b)): return integers(op, a, b, range)
        case (.integer(let a), .real(let b)): return reals(op, Double(a), b, range)
        case (.real(let a), .integer(let b)): return reals(op, a, Double(b), range)
        case (.real(let a), .real(let b)): return reals(op, a, b, range)
        case (.boolean, _), (_, .boolean):
            report("\"\(op.rawValue)\" needs numbers or feature maps, found true or false", at: range)
            return .invalid
        default: return tensors(op, (a, left), (b, right), range, isOutermost: isOutermost)
        }
    }

    private mutating func integers(_ op: BinaryOperator, _ a: Int, _ b: Int, _ range: SourceRange) -> Value {
        let (result, overflow) =
            switch op {
            case .add: a.addingReportingOverflow(b)
            case .subtract: a.subtractingReportingOverflow(b)
            case .multiply: a.multipliedReportingOverflow(by: b)
            case .divide: b == 0 ? (0, false) : a.dividedReportingOverflow(by: b)
            }
        if overflow { return tooLarge(range) }
        if op == .divide {
            if b == 0 { return divisionByZero(range) }
            let (remainder, _) = a.remainderReportingOverflow(dividingBy: b)
            if remainder != 0 {
                report(
                    "\(a) / \(b) is not a whole number", at: range,
                    hint: "whole numbers must divide exactly; for a real result write \(a).0 / \(b)")
                return .invalid
            }
        }
        return .integer(result)
    }

    private mutating func reals(_ op: BinaryOperator, _ a: Double, _ b: Double, _ range: SourceRange) -> Value {
        if op == .divide, b == 0 { return divisionByZero(range) }
        let result =
            switch op {
            case .add: a + b
            case .subtract: a - b
            case .multiply: a * b
            case .divide: a / b
            }
        return result.isFinite ? .real(result) : tooLarge(range)
    }

    private mutating func tooLarge(_ range: SourceRange) -> Value {
        report("the result of this arithmetic is too large", at: range)
        return .invalid
    }

    mutating func divisionByZero(_ range: SourceRange) -> Value {
        report("division by zero", at: range)
        return .invalid
    }

    // MARK: Kinds of values

    func isTensor(_ value: Value) -> Bool {
        if case .tensor = value { true } else { false }
    }

    /// One number for the batch: a loss.
    func isScalar(_ value: Value) -> Bool {
        if case .tensor(let id) = value { builder.graph[id].type == .scalar } else { false }
    }

    func isFeatureMap(_ value: Value) -> Bool {
        guard case .tensor(let id) = value else { return false }
        let type = builder.graph[id].type
        return type.isBatched && type.featureMap != nil && !type.isClasses
    }

    /// For messages: `the number 3`, `the feature map [N, 3, 8, 8]`.
    func describe(_ value: Value) -> String {
        switch value {
        case .integer(let number): return "the number \(number)"
        case .real(let number): return "the number \(number)"
        case .boolean(let flag): return "\(flag)"
        case .invalid: return "an unknown value"
        case .tensor(let id):
            let type = builder.graph[id].type
            if type == .scalar { return "a loss" }
            return type.isClasses ? "the class map \(type)" : "the feature map \(type)"
        }
    }
}
