import Diagnostics
import GraphIR

/// Sums, differences, products and quotients in which feature maps or losses stand.
extension Elaborator {
    typealias Term = (value: Value, syntax: Expression)

    /// Two terms, at least one of which is a tensor and none of which is a boolean.
    mutating func tensors(
        _ op: BinaryOperator, _ a: Term, _ b: Term, _ range: SourceRange, isOutermost: Bool
    ) -> Value {
        switch (number(a.value), number(b.value)) {
        case (nil, nil): return pair(op, a, b, range, isOutermost)
        case (nil, let number?): return combine(op, a, with: number, range, isOutermost)
        case (let number?, _): return combine(op, number, with: b, range, isOutermost)
        }
    }

    private mutating func pair(
        _ op: BinaryOperator, _ a: Term, _ b: Term, _ range: SourceRange, _ isOutermost: Bool
    ) -> Value {
        let isOfLosses = isScalar(a.value) || isScalar(b.value)
        switch op {
        case .multiply, .divide:
            guard isOfLosses else { break }
            let done = op == .multiply ? "multiplied" : "divided"
            report("losses cannot be \(done)", at: range, hint: Self.lossHint)
            return .invalid
        case .add, .subtract:
            guard isScalar(a.value), isScalar(b.value) else { break }
            return elementwise(op == .add ? .add : .subtract, [a, b], op.operatorName, range, isOutermost)
        }
        return apply(Name(text: op.operatorName, range: range), operands: [a, b], range, isOutermost: isOutermost)
    }

    /// `a op number`
    private mutating func combine(
        _ op: BinaryOperator, _ a: Term, with number: Double, _ range: SourceRange, _ isOutermost: Bool
    ) -> Value {
        guard canCombine(op, a, number, range) else { return .invalid }
        switch op {
        case .add: return elementwise(.offset(number), [a], "offset", range, isOutermost)
        case .subtract: return elementwise(.offset(-number), [a], "offset", range, isOutermost)
        case .multiply: return elementwise(.scale(number), [a], "scale", range, isOutermost)
        case .divide:
            if number == 0 { return divisionByZero(range) }
            return elementwise(.scale(1 / number), [a], "scale", range, isOutermost)
        }
    }

    /// `number op b`
    private mutating func combine(
        _ op: BinaryOperator, _ number: Double, with b: Term, _ range: SourceRange, _ isOutermost: Bool
    ) -> Value {
        switch op {
        case .add, .multiply: return combine(op, b, with: number, range, isOutermost)
        case .subtract:
            guard canCombine(op, b, number, range) else { return .invalid }
            let negative = elementwise(.scale(-1), [b], "scale", range, false)
            guard !negative.isInvalid else { return .invalid }
            return elementwise(.offset(number), [(negative, b.syntax)], "offset", range, isOutermost)
        case .divide:
            guard canCombine(op, b, number, range, isDivisor: true) else { return .invalid }
            return elementwise(.reciprocal(number), [b], "reciprocal", range, isOutermost)
        }
    }

    /// Maps take any number, losses factors.
    private mutating func canCombine(
        _ op: BinaryOperator, _ term: Term, _ number: Double, _ range: SourceRange, isDivisor: Bool = false
    ) -> Bool {
        let isFactor = op == .multiply || op == .divide && !isDivisor
        if isFeatureMap(term.value) || isScalar(term.value) && isFactor { return true }
        report(
            "\"\(op.rawValue)\" cannot combine \(describe(term.value)) with a number", at: range,
            hint: isScalar(term.value) ? Self.lossHint : nil)
        return false
    }

    private static let lossHint = "losses combine as 0.5 * a(...) + 0.5 * b(...)"

    mutating func elementwise(
        _ function: Elementwise, _ terms: [Term], _ name: String, _ range: SourceRange, _ isOutermost: Bool
    ) -> Value {
        let operands = terms.compactMap { operand($0.value, $0.syntax) }
        let call = OperatorCall(
            name: name, range: range, isOutermost: isOutermost, operands: operands, arguments: BoundArguments())
        return build { builder throws(Diagnostic) in
            try builder.result(.elementwise(function), operands.map(\.id), of: call)
        }
    }

    /// nil for what is no number.
    private func number(_ value: Value) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .tensor, .boolean, .invalid: nil
        }
    }
}

extension BinaryOperator {
    /// The operator of two feature maps.
    fileprivate var operatorName: String {
        switch self {
        case .add: "add"
        case .subtract: "sub"
        case .multiply: "mul"
        case .divide: "div"
        }
    }
}
