/// A function applied to each element on its own, or its gradient; all operands have the result's type.
///
/// Which functions there are stands in `FunctionDeclaration.all`.
public struct Elementwise: Hashable, Sendable {
    /// The declaration's number in the list of all.
    private let number: Int
    private let constants: FunctionConstants
    /// Whether it is the function's gradient: of the incoming gradient `dy` and of what the function left behind, its
    /// result where that suffices, else its operand.
    public let isGradient: Bool

    private init(_ declaration: FunctionDeclaration, _ constants: FunctionConstants, isGradient: Bool = false) {
        number = declaration.number
        self.constants = constants
        self.isGradient = isGradient
    }

    public var declaration: FunctionDeclaration { FunctionDeclaration.all[number] }

    /// A declared function with its constants, in the order of its parameters.
    public init(_ declaration: FunctionDeclaration, _ constants: [Double] = []) {
        self.init(declaration, FunctionConstants(constants))
    }

    /// `a + b`
    public static let add = Elementwise(.add)
    /// `a · b`
    public static let multiply = Elementwise(.multiply)
    /// `factor · x`
    public static func scale(_ factor: Double) -> Elementwise { Elementwise(.scale, [factor]) }
    /// `x / (1 − rate)`, or 0 where the mask of `key` says so.
    public static func dropout(rate: Double, key: UInt64) -> Elementwise {
        Elementwise(.dropout, FunctionConstants([rate], key: key))
    }
}

// MARK: What it computes

extension Elementwise {
    /// The function of one element of each operand.
    public var formula: Formula {
        guard isGradient else { return declaration.value(constants) }
        guard
            case .function(let formula, _) = declaration.backward(constants).gradient(of: declaration.value(constants))
        else { fatalError("\(declaration.name) has no gradient of its own") }
        return formula
    }

    /// Operands the function takes.
    public var operandCount: Int { isGradient ? 2 : declaration.operandCount }

    /// Whether its operands may change places.
    public var isSymmetric: Bool { operandCount > 1 && !isGradient }

    /// Whether it depends on random numbers, and so on where an element is.
    public var isRandom: Bool { declaration == .dropout }

    /// The numbers that make sense for an operand.
    public func domain(ofOperand position: Int) -> FunctionDeclaration.Domain {
        isGradient && position == 0 ? .all : declaration.domain
    }

    /// What the gradient `dy` of its result contributes to its operands'.
    public enum Backward: Hashable, Sendable {
        /// The function itself, applied to `dy`.
        case itself
        /// `dy` as it is, to each operand.
        case unchanged
        /// `dy` times the other operand.
        case otherFactor
        /// Another function, of `dy` and the result or the operand.
        case function(Elementwise, readsResult: Bool)
        /// A gradient, which is not differentiated again.
        case undefined
    }

    public var backward: Backward {
        if isGradient { return .undefined }
        switch declaration.backward(constants) {
        case .linear: return .itself
        case .sum: return .unchanged
        case .product: return .otherFactor
        case let rule:
            guard case .function(_, let readsResult) = rule.gradient(of: formula) else { return .undefined }
            return .function(Elementwise(declaration, constants, isGradient: true), readsResult: readsResult)
        }
    }
}

extension FunctionDeclaration.Backward {
    enum Gradient {
        case function(Formula, readsResult: Bool)
        case undefined
    }

    /// Of a function of one operand. Of its derivative, what equals the function's value is its result.
    func gradient(of value: Formula) -> Gradient {
        switch self {
        case .linear, .sum, .product: return .undefined
        case .ofResult(let formula): return .function(formula, readsResult: true)
        case .ofOperand(let formula): return .function(formula, readsResult: false)
        case .derived:
            let slope = value.derivative(0)
            // A placeholder tells the result from the operand, which is to become the second one.
            let result = Formula.operand(2)
            let ofResult = slope.replacing(value, by: result)
            let readsResult = ofResult.uses(ofOperand: 0) == 0
            let moved =
                readsResult
                ? ofResult.replacing(result, by: .operand(1)) : slope.replacing(.operand(0), by: .operand(1))
            return .function(.chain(.operand(0), moved), readsResult: readsResult)
        }
    }
}

// MARK: Its text

extension Elementwise {
    private static let gradientSuffix = "_gradient"

    /// The function's name in dumps.
    public var mnemonic: String { declaration.name + (isGradient ? Self.gradientSuffix : "") }

    /// The function's constants, in the order in which dumps show them.
    package var attributes: [Attribute] { constants.attributes(declaration.parameters) }

    /// The function of a mnemonic and its constants; nil for an unknown mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        let isGradient = mnemonic.hasSuffix(Self.gradientSuffix)
        let name = isGradient ? String(mnemonic.dropLast(Self.gradientSuffix.count)) : mnemonic
        guard let declaration = FunctionDeclaration.named(name) else { return nil }
        let constants = try FunctionConstants(declaration.parameters, &attributes)
        let function = Elementwise(declaration, constants)
        if isGradient {
            guard case .function(let gradient, _) = function.backward else { return nil }
            self = gradient
        } else {
            self = function
        }
    }

    /// What is wrong with the function's constants.
    var constantProblems: [String] { constants.problems(declaration.parameters) }
}
