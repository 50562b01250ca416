/// A function of each element: its name, its constants and its formula. All that the compiler knows of it comes from here:
/// the operator of the language, the text of dumps, the interpreter's value, the kernel, the gradient, the number of
/// operations, the bound of what its roundings add up to, and the line in `docs/LANGUAGE.md`.
public final class FunctionDeclaration: Sendable {
    /// What its gradient contributes to its operands'.
    enum Backward {
        /// A multiple of each element: the function itself, applied to `dy`.
        case linear
        /// `a + b`, `a + c`: `dy`, as it is.
        case sum
        /// `a − b`: `dy`, and `−dy`.
        case difference
        /// `a · b`: `dy` times the other factor.
        case product
        /// `a / b`: `dy / b`, and `−(dy / b) · y`.
        case quotient
        /// One of two operands: a formula of `dy`, operand 0, of the operand whose gradient it is, operand 1, and of the
        /// other, operand 2.
        case choice(Formula)
        /// The formula's derivative, of the result where that says all, else of the operand.
        case derived
        /// A formula of `dy`, operand 0, and of the result, operand 1. For the sake of what the result alone tells.
        case ofResult(Formula)
        /// A formula of `dy`, operand 0, and of the operand, operand 1. For the sake of the order of its operations, or of
        /// which side a corner counts to.
        case ofOperand(Formula)
    }

    /// What operands make sense.
    public enum Domain: Sendable {
        case all
        /// Above 0.
        case positive
    }

    /// The operator's name, in the language and in dumps.
    public let name: String
    public let parameters: [FunctionParameter]
    public let operandCount: Int
    /// Of the last operand; others may be any.
    public let domain: Domain
    /// What it computes, for people; nil for what the language writes in another way, such as `a + b`.
    public let summary: String?
    let value: @Sendable (FunctionConstants) -> Formula
    let backward: @Sendable (FunctionConstants) -> Backward

    init(
        _ name: String, _ parameters: [FunctionParameter] = [], operands: Int = 1, domain: Domain = .all,
        summary: String? = nil, value: @escaping @Sendable (FunctionConstants) -> Formula,
        backward: @escaping @Sendable (FunctionConstants) -> Backward = { _ in .derived }
    ) {
        self.name = name
        self.parameters = parameters
        self.operandCount = operands
        self.domain = domain
        self.summary = summary
        self.value = value
        self.backward = backward
    }

    /// Those that the language calls by name, in alphabetical order.
    public static let activations = all.filter { $0.summary != nil }.sorted { $0.name < $1.name }

    private static let numbers = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })

    static func named(_ name: String) -> FunctionDeclaration? { numbers[name].map { all[$0] } }

    /// Its place in the list of all.
    var number: Int {
        guard let number = Self.numbers[name] else { fatalError("\(name) is missing in the list of all functions") }
        return number
    }
}

/// Declarations are the same where their names are.
extension FunctionDeclaration: Hashable {
    public static func == (a: FunctionDeclaration, b: FunctionDeclaration) -> Bool { a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// How a call of a declared operator is written, defaults included: `leaky_relu(x, slope: 0.01)`.
func usage(
    _ name: String, _ operands: [String], _ parameters: [FunctionParameter], further: [String] = []
) -> String {
    let arguments = parameters.compactMap { parameter -> String? in
        switch (parameter.kind, parameter.defaultValue) {
        case (.key, _): nil
        case (_, nil): "\(parameter.name):"
        case (.word(let words), let value?): "\(parameter.name): \(words[Int(value)])"
        case (.real, let value?):
            "\(parameter.name): " + (Int(exactly: value).map(String.init) ?? "\(value)")
        }
    }
    return "\(name)(\((operands + arguments + further).joined(separator: ", ")))"
}

extension FunctionDeclaration {
    /// How it is called in the language.
    public var usage: String { GraphIR.usage(name, ["x"], parameters) }
}
