/// A loss that makes a number per sample of a map and a target: its name, its constants and its formulas. As with
/// `FunctionDeclaration`, all that the compiler knows of it comes from here.
public final class LossDeclaration: Sendable {
    /// The operator's name, in the language and in dumps.
    public let name: String
    public let parameters: [FunctionParameter]
    /// What it computes, for people.
    public let summary: String
    /// Whether it compares with class maps as well.
    public let takesClasses: Bool
    let value: @Sendable (FunctionConstants) -> SampleLoss.Value

    /// The mean over the elements of a formula of the map's value, operand 0, and the target's, operand 1.
    /// - Parameter slope: the formula's derivative, where its operations are to be in another order than those of
    ///   `Formula.derivative`.
    init(
        _ name: String, _ parameters: [FunctionParameter] = [], summary: String,
        mean: @escaping @Sendable (FunctionConstants) -> Formula,
        slope: (@Sendable (FunctionConstants) -> Formula)? = nil
    ) {
        self.name = name
        self.parameters = parameters
        self.summary = summary
        takesClasses = false
        value = {
            let formula = mean($0)
            return .mean(formula, slope: slope?($0) ?? formula.derivative(0))
        }
    }

    /// How little two sets overlap: of the map's probabilities and the target's.
    init(
        _ name: String, _ parameters: [FunctionParameter], summary: String,
        overlap: @escaping @Sendable (FunctionConstants) -> Overlap
    ) {
        self.name = name
        self.parameters = parameters
        self.summary = summary
        takesClasses = true
        value = { .overlap(overlap($0)) }
    }

    private static let numbers = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })

    static func named(_ name: String) -> LossDeclaration? { numbers[name].map { all[$0] } }

    /// Its place in the list of all.
    fileprivate var number: Int {
        guard let number = Self.numbers[name] else { fatalError("\(name) is missing in the list of all losses") }
        return number
    }

    /// How it is called in the language.
    public var usage: String {
        GraphIR.usage(name, ["x", "t"], parameters, further: takesClasses ? ["ignore: none"] : [])
    }
}

/// Declarations are the same where their names are.
extension LossDeclaration: Hashable {
    public static func == (a: LossDeclaration, b: LossDeclaration) -> Bool { a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// `1 − (weight · Σ p t + s) / (Σ total + s)`, sums over a sample, or over one class of it.
public struct Overlap: Hashable, Sendable {
    public var weight: Double
    /// Of a probability `p`, operand 0, and a target `t`, operand 1; 0 where both are 0.
    public var total: Formula
    /// `s`
    public var smooth: Double

    /// `total` differentiated by `p`.
    public var totalSlope: Formula { total.derivative(0) }
}

/// A declared loss with its constants.
public struct SampleLoss: Hashable, Sendable {
    /// The declaration's number in the list of all.
    private let number: Int
    private let constants: FunctionConstants

    /// What the loss of a sample is.
    public enum Value: Sendable {
        /// The mean of a formula of the map's value, operand 0, and the target's, operand 1; its derivative by the first.
        case mean(Formula, slope: Formula)
        /// With `p = sigmoid(x)`.
        case overlap(Overlap)
    }

    /// - Parameter constants: in the order of the declaration's parameters.
    public init(_ declaration: LossDeclaration, _ constants: [Double]) {
        number = declaration.number
        self.constants = FunctionConstants(constants)
    }

    public var declaration: LossDeclaration { LossDeclaration.all[number] }

    public var value: Value { declaration.value(constants) }

    /// How its probabilities overlap with the target, where that is what it measures.
    public var overlap: Overlap? { if case .overlap(let overlap) = value { overlap } else { nil } }

    /// The loss's name in dumps.
    var mnemonic: String { declaration.name }

    package var attributes: [Attribute] { constants.attributes(declaration.parameters) }

    /// The loss of a mnemonic and its constants; nil for another mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        guard let declaration = LossDeclaration.named(mnemonic) else { return nil }
        number = declaration.number
        constants = try FunctionConstants(declaration.parameters, &attributes)
    }

    var problems: [String] { constants.problems(declaration.parameters) }
}
