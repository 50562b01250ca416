/// A function applied to each element on its own, or its gradient; all operands have the result's type.
///
/// Which functions there are stands in `FunctionDeclaration.all`.
public struct Elementwise: Hashable, Sendable {
    /// The declaration's number in the list of all.
    private let number: Int
    private let constants: FunctionConstants
    /// Whether it is the function's gradient: of the incoming gradient `dy` and of what the function left behind, its
    /// result where that suffices, else its operand; of functions of two operands, `dy` and both of them.
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
    /// `a − b`
    public static let subtract = Elementwise(.subtract)
    /// `a · b`
    public static let multiply = Elementwise(.multiply)
    /// `a / b`
    public static let divide = Elementwise(.divide)
    /// The larger of two, and the smaller.
    public static let maximum = Elementwise(.maximum)
    public static let minimum = Elementwise(.minimum)
    /// `factor · x`
    public static func scale(_ factor: Double) -> Elementwise { Elementwise(.scale, [factor]) }
    /// `x + summand`
    public static func offset(_ summand: Double) -> Elementwise { Elementwise(.offset, [summand]) }
    /// `numerator / x`
    public static func reciprocal(_ numerator: Double) -> Elementwise { Elementwise(.reciprocal, [numerator]) }
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
        switch declaration.backward(constants).gradient(of: declaration.value(constants)) {
        case .function(let formula, _), .choice(let formula): return formula
        case .undefined: fatalError("\(declaration.name) has no gradient of its own")
        }
    }

    /// Its constants, in the order of the declaration's parameters.
    public var numbers: [Double] { declaration.parameters.indices.map { constants[$0] } }

    /// Operands the function takes.
    public var operandCount: Int { declaration.operandCount + (isGradient ? 1 : 0) }

    /// Whether its operands may change places.
    public var isSymmetric: Bool {
        guard operandCount > 1, !isGradient else { return false }
        switch declaration.backward(constants) {
        case .sum, .product: return true
        case .linear, .difference, .quotient, .choice, .derived, .ofResult, .ofOperand: return false
        }
    }

    /// Whether it depends on random numbers, and so on where an element is.
    public var isRandom: Bool { declaration == .dropout }

    /// The numbers that make sense for an operand.
    public func domain(ofOperand position: Int) -> FunctionDeclaration.Domain {
        position == operandCount - 1 ? declaration.domain : .all
    }

    /// What the gradient `dy` of its result contributes to its operands'.
    public enum Backward: Hashable, Sendable {
        /// The function itself, applied to `dy`.
        case itself
        /// `dy` as it is, to each operand.
        case unchanged
        /// `dy` to the first operand, `−dy` to the second.
        case opposite
        /// `dy` times the other operand.
        case otherFactor
        /// `dy` over the second operand to the first, and minus that times the result to the second.
        case quotient
        /// Another function, of `dy`, the operand and the other one.
        case choice(Elementwise)
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
        case .difference: return .opposite
        case .product: return .otherFactor
        case .quotient: return .quotient
        case let rule:
            let gradient = Elementwise(declaration, constants, isGradient: true)
            return switch rule.gradient(of: formula) {
            case .function(_, let readsResult): .function(gradient, readsResult: readsResult)
            case .choice: .choice(gradient)
            case .undefined: .undefined
            }
        }
    }
}

extension FunctionDeclaration.Backward {
    enum Gradient {
        case function(Formula, readsResult: Bool)
        case choice(Formula)
        case undefined
    }

    /// Of a function that has one of its own. Of its derivative, what equals the function's value is its result.
    func gradient(of value: Formula) -> Gradient {
        switch self {
        case .linear, .sum, .difference, .product, .quotient: return .undefined
        case .choice(let formula): return .choice(formula)
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
            switch function.backward {
            case .function(let gradient, _), .choice(let gradient): self = gradient
            case .itself, .unchanged, .opposite, .otherFactor, .quotient, .undefined: return nil
            }
        } else {
            self = function
        }
    }

    /// What is wrong with the function's constants.
    var constantProblems: [String] { constants.problems(declaration.parameters) }
}
