import Base

/// Swift, on top of `swiftPrelude`. Compiled with `-Ounchecked`, its integers and its unwrapping trap as little as those
/// of C do.
struct SwiftSyntax: KernelSyntax {
    let terminator = ""

    func identifier(_ name: String) -> String { swiftIdentifier(name) }
    func literal(_ value: Float) -> String { swiftLiteral(value) }
    func literal(_ value: UInt64) -> String { hexadecimal(value) }
    func float(_ index: CodeText) -> CodeText { .call("Float", [index]) }

    /// The minus of the standard library's vectors subtracts from zero, which makes -0 of no zero.
    func negated(_ value: CodeText, width: Int) -> CodeText {
        width > 1 ? .call("unetc_negate\(width)", [value]) : CodeText("-\(value.at(.primary))", .prefix)
    }

    // MARK: Around the body

    func documentation(_ lines: [String]) -> [String] {
        lines.map { $0.isEmpty ? "///" : "/// \(commentText($0))" }
    }

    func comment(_ text: String) -> String { "// \(commentText(text))" }

    func function(_ symbol: String) -> String {
        """
        @_cdecl("\(symbol)")
        public func \(symbol)(_ call: UnsafePointer<unetc_call>, _ task: Int) {
        """
    }

    func buffer(_ name: String, operand: Int?, of element: ElementType, isReadOnly: Bool) -> String {
        let memory = "call.pointee.\(operand.map { "operands[\($0)]" } ?? "workspace")!"
        let pointer = "\(memory).assumingMemoryBound(to: \(type(of: element)).self)"
        return "let \(name) = \(isReadOnly ? "UnsafePointer(\(pointer))" : pointer)"
    }

    func parameter(_ parameter: KernelParameter) -> String {
        switch parameter {
        case .batch: "let batch = Int(call.pointee.scalars.pointee.batch)"
        case .count: "let count = Int(call.pointee.count)"
        case .firstSample: "let first_sample = Int(call.pointee.scalars.pointee.first_sample)"
        case .scalar(let scalar): "let \(scalar.rawValue) = call.pointee.scalars.pointee.\(scalar.rawValue)"
        case .seed: "let seed = call.pointee.scalars.pointee.seed"
        case .step: "let step = call.pointee.scalars.pointee.step"
        }
    }

    func ignored(_ name: String) -> String? { nil }

    // MARK: Statements

    func index(_ name: String, _ value: String) -> String { "let \(name): Int = \(value)" }

    func variable(_ name: String, width: Int, _ value: String, isAssigned: Bool) -> String {
        "\(isAssigned ? "var" : "let") \(name): \(type(width)) = \(value)"
    }

    func array(_ name: String, width: Int, count: Int, initial: String, isZero: Bool) -> (text: String, isFilled: Bool)
    {
        ("var \(name) = InlineArray<\(count), \(type(width))>(repeating: \(initial))", true)
    }

    func loop(_ variable: String, from: CodeText, to: CodeText, step: Int) -> String {
        "for \(variable) in stride(from: \(from.text), to: \(to.text), by: \(step))"
    }

    /// The compiler unrolls loops of a few iterations by itself, and cannot be told to.
    func unrolling(_ count: Int) -> String? { nil }

    func condition(_ text: String) -> String { "if \(text)" }

    private func type(of element: ElementType) -> String {
        switch element {
        case .float32: "Float"
        case .bfloat16: "UInt16"
        }
    }

    private func type(_ width: Int) -> String { width == 1 ? "Float" : "v\(width)" }

    /// The text without what would end the line.
    private func commentText(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\0" ? " " : $0 })
    }
}
