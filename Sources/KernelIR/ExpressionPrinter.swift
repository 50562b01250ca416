import Base

/// Text with the precedence of its outermost operator, so that parentheses go only where they are needed.
///
/// The levels are those that C and Swift agree on.
struct CodeText {
    /// From loosely to tightly binding.
    enum Precedence: Int, Comparable {
        case ternary
        case or
        case and
        case equality
        case relation
        case sum
        case product
        case prefix
        case primary

        static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }

        /// The next tighter level: that of an operand which must not be regrouped.
        var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
    }

    var text: String
    var precedence: Precedence

    init(_ text: String, _ precedence: Precedence = .primary) {
        self.text = text
        self.precedence = precedence
    }

    /// The text for a place that binds as tightly as `required`.
    func at(_ required: Precedence) -> String { precedence < required ? "(\(text))" : text }

    /// `a operator b`, which groups from the left; an equally tight right operand keeps its parentheses.
    static func infix(_ a: CodeText, _ symbol: String, _ b: CodeText, _ precedence: Precedence) -> CodeText {
        CodeText("\(a.at(precedence)) \(symbol) \(b.at(precedence.tighter))", precedence)
    }

    static func call(_ function: String, _ arguments: [CodeText]) -> CodeText {
        CodeText("\(function)(\(arguments.map(\.text).joined(separator: ", ")))")
    }
}

/// Indices, conditions and values as expressions of a language.
struct ExpressionPrinter {
    let syntax: any KernelSyntax
    var names: KernelNames

    // MARK: Indices

    func text(_ index: Index) -> CodeText {
        switch index {
        case .literal(let value): CodeText(String(value), value < 0 ? .prefix : .primary)
        case .variable(let name): CodeText(names.variable(name))
        case .binary(.add, let a, let b): .infix(text(a), "+", text(b), .sum)
        case .binary(.subtract, let a, let b): .infix(text(a), "-", text(b), .sum)
        case .binary(.multiply, let a, let b): .infix(text(a), "*", text(b), .product)
        case .binary(.divide, let a, let b): .infix(text(a), "/", text(b), .product)
        case .binary(.remainder, let a, let b): .infix(text(a), "%", text(b), .product)
        case .binary(.minimum, let a, let b): .call("unetc_min", [text(a), text(b)])
        case .binary(.maximum, let a, let b): .call("unetc_max", [text(a), text(b)])
        }
    }

    func text(_ condition: Condition) -> CodeText {
        switch condition {
        case .less(let a, let b): .infix(text(a), "<", text(b), .relation)
        case .lessOrEqual(let a, let b): .infix(text(a), "<=", text(b), .relation)
        case .equal(let a, let b): .infix(text(a), "==", text(b), .equality)
        case .and(let a, let b): .infix(text(a), "&&", text(b), .and)
        case .or(let a, let b):
            // C compilers warn of && within || without parentheses.
            CodeText("\(inOr(a)) || \(inOr(b, isRight: true))", .or)
        }
    }

    private func inOr(_ condition: Condition, isRight: Bool = false) -> String {
        switch condition {
        case .and: "(\(text(condition).text))"
        case .or: isRight ? "(\(text(condition).text))" : text(condition).text
        default: text(condition).text
        }
    }

    /// `x + i`; only sums are spliced in, since `x + (i - 1)` must not pass through `x + i`, which may lie outside.
    func address(_ buffer: Buffer.Handle, _ index: Index) -> CodeText {
        let name = CodeText(names.buffer(buffer))
        guard index != 0 else { return name }
        let offset = text(index)
        return isSumOfTerms(index) ? CodeText("\(name.text) + \(offset.text)", .sum) : .infix(name, "+", offset, .sum)
    }

    private func isSumOfTerms(_ index: Index) -> Bool {
        switch index {
        case .binary(.add, let a, _): isSumOfTerms(a)
        case .binary(.subtract, _, _): false
        default: true
        }
    }

    /// `x[i]`
    func subscripted(_ name: String, _ index: Index) -> CodeText { CodeText("\(name)[\(text(index).text)]") }

    // MARK: Values

    /// What the names of functions end with that load and store elements of a type.
    func suffix(_ element: ElementType, _ width: Int) -> String {
        element == .float32 ? "\(width)" : "_\(element.rawValue)_\(width)"
    }

    /// The value as `width` floats: a scalar is repeated where a vector is needed.
    func text(_ value: Expression, width: Int) -> CodeText {
        guard width > 1, value.width == 1 else { return text(value) }
        return .call("unetc_splat\(width)", [text(value)])
    }

    func text(_ value: Expression) -> CodeText {
        let width = value.width
        switch value {
        case .constant(let constant):
            let number = Float(constant)
            return CodeText(syntax.literal(number), number.sign == .minus && !number.isNaN ? .prefix : .primary)
        case .variable(let name, _): return CodeText(names.variable(name))
        case .element(let name, let index, _): return subscripted(names.variable(name), index)
        case .load(let name, let index, _):
            let element = names.element(of: name)
            guard width > 1 || element != .float32 else { return subscripted(names.buffer(name), index) }
            return .call("unetc_load\(suffix(element, width))", [address(name, index)])
        case .broadcast(let operand, let width): return text(operand, width: width)
        case .unary(let unary, let operand): return text(unary, text(operand), width: width)
        case .binary(let binary, let a, let b):
            return text(binary, text(a, width: width), text(b, width: width), width: width)
        case .fusedMultiplyAdd(let a, let b, let c):
            return .call("unetc_fma\(width)", [a, b, c].map { text($0, width: width) })
        case .pairDot(let a, let b, let c):
            return .call("unetc_pair_dot\(width)", [a, b, c].map { text($0, width: width) })
        case .packedPairs(let even, let odd):
            return .call("unetc_pack_pairs\(width)", [even, odd].map { text($0, width: width) })
        // Stores of packed elements are functions of their own, since no type has half as many words.
        case .packed(let operand): return text(operand)
        case .select(let comparison, let a, let b, let then, let otherwise):
            let test = test(comparison, text(a, width: width), text(b, width: width), width: width)
            return .call("unetc_select\(width)", [test, text(then, width: width), text(otherwise, width: width)])
        case .horizontalSum(let operand):
            let elements = operand.width
            return elements == 1 ? text(operand) : .call("unetc_sum\(elements)", [text(operand)])
        case .number(let index): return syntax.float(text(index))
        case .scalar(let scalar): return CodeText(scalar.rawValue)
        case .uniform(let key, let first, let stride, _):
            let random = CodeText.call("unetc_random", ["seed", "step", syntax.literal(key)].map { CodeText($0) })
            return .call("unetc_uniform\(width)", [random, text(first), CodeText(String(stride))])
        }
    }

    private func test(_ comparison: FloatComparison, _ a: CodeText, _ b: CodeText, width: Int) -> CodeText {
        if width > 1 { return .call("unetc_\(comparison.functionName)\(width)", [a, b]) }
        return .infix(a, comparison.rawValue, b, comparison == .equal ? .equality : .relation)
    }

    private func text(_ unary: UnaryOperator, _ operand: CodeText, width: Int) -> CodeText {
        switch unary {
        case .negate: syntax.negated(operand, width: width)
        case .squareRoot: .call("unetc_sqrt\(width)", [operand])
        case .absolute: .call("unetc_abs\(width)", [operand])
        case .exponential: .call("unetc_exp\(width)", [operand])
        case .exponentialMinusOne: .call("unetc_expm1\(width)", [operand])
        case .logarithm: .call("unetc_log\(width)", [operand])
        case .logarithmOnePlus: .call("unetc_log1p\(width)", [operand])
        case .hyperbolicTangent: .call("unetc_tanh\(width)", [operand])
        case .errorFunction: .call("unetc_erf\(width)", [operand])
        }
    }

    private func text(_ binary: BinaryOperator, _ a: CodeText, _ b: CodeText, width: Int) -> CodeText {
        switch binary {
        case .add: .infix(a, "+", b, .sum)
        case .subtract: .infix(a, "-", b, .sum)
        case .multiply: .infix(a, "*", b, .product)
        case .divide: .infix(a, "/", b, .product)
        case .minimum: .call("unetc_min\(width)", [a, b])
        case .maximum: .call("unetc_max\(width)", [a, b])
        }
    }
}

extension FloatComparison {
    /// As in the prelude's `unetc_less8`.
    fileprivate var functionName: String {
        switch self {
        case .less: "less"
        case .lessOrEqual: "less_equal"
        case .greater: "greater"
        case .greaterOrEqual: "greater_equal"
        case .equal: "equal"
        }
    }
}
