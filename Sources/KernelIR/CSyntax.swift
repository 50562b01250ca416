import Base

/// C11 with GNU extensions, on top of `cPrelude`.
struct CSyntax: KernelSyntax {
    let terminator = ";"

    func identifier(_ name: String) -> String { cIdentifier(name) }
    func literal(_ value: Float) -> String { cLiteral(value) }
    func literal(_ value: UInt64) -> String { hexadecimal(value) + "ull" }
    func float(_ index: CodeText) -> CodeText { CodeText("(float)\(index.at(.prefix))", .prefix) }

    /// Not `--x`, so the operand of a minus must be tighter than another minus.
    func negated(_ value: CodeText, width: Int) -> CodeText { CodeText("-\(value.at(.primary))", .prefix) }

    // MARK: Around the body

    func documentation(_ lines: [String]) -> [String] {
        let text = lines.map(commentText)
        guard text.count > 1 else { return text.map { "/* \($0) */" } }
        return ["/* \(text[0])"] + text.dropFirst().map { $0.isEmpty ? " *" : " * \($0)" } + [" */"]
    }

    func comment(_ text: String) -> String { "// \(commentText(text))" }

    func function(_ symbol: String) -> String { "void \(symbol)(const unetc_call *call, int64_t task) {" }

    func buffer(_ name: String, operand: Int?, of element: ElementType, isReadOnly: Bool) -> String {
        let stored = type(of: element)
        let type = isReadOnly ? "const \(stored) *" : "\(stored) *"
        return "\(type)const \(name) = (\(type))call->\(operand.map { "operands[\($0)]" } ?? "workspace");"
    }

    func parameter(_ parameter: KernelParameter) -> String {
        switch parameter {
        case .batch: "const int64_t batch = call->scalars->batch;"
        case .count: "const int64_t count = call->count;"
        case .firstSample: "const int64_t first_sample = call->scalars->first_sample;"
        case .scalar(let scalar): "const float \(scalar.rawValue) = call->scalars->\(scalar.rawValue);"
        case .seed: "const uint64_t seed = call->scalars->seed;"
        case .step: "const int64_t step = call->scalars->step;"
        }
    }

    func ignored(_ name: String) -> String? { "(void)\(name);" }

    // MARK: Statements

    func index(_ name: String, _ value: String) -> String { "const int64_t \(name) = \(value);" }

    func variable(_ name: String, width: Int, _ value: String, isAssigned: Bool) -> String {
        "\(type(width)) \(name) = \(value);"
    }

    func array(_ name: String, width: Int, count: Int, initial: String, isZero: Bool) -> (text: String, isFilled: Bool)
    {
        let declaration = "\(type(width)) \(name)[\(count)]"
        return isZero ? ("\(declaration) = \(width == 1 ? "{0}" : "{{0}}");", true) : ("\(declaration);", false)
    }

    func loop(_ variable: String, from: CodeText, to: CodeText, step: Int) -> String {
        let end = to.at(.relation.tighter)
        return "for (int64_t \(variable) = \(from.text); \(variable) < \(end); \(variable) += \(step))"
    }

    func unrolling(_ count: Int) -> String? { "#pragma GCC unroll \(max(1, count))" }

    func condition(_ text: String) -> String { "if (\(text))" }

    private func type(of element: ElementType) -> String {
        switch element {
        case .float32: "float"
        case .bfloat16: "uint16_t"
        }
    }

    private func type(_ width: Int) -> String { width == 1 ? "float" : "v\(width)" }

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
