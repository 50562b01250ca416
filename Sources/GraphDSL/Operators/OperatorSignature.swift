import Diagnostics
import GraphIR

/// An operator as the language sees it: how it is called, and what it becomes in a graph.
///
/// A new operator is a new `OperatorSignature` in a file of its own and one line in `OperatorTable`.
struct OperatorSignature: Sendable {
    enum Operands: Sendable {
        /// Feature maps with these names, in this order.
        case named([String])
        /// At least that many feature maps.
        case variadic(minimum: Int)
        /// What a loss compares: `x`, then `t`.
        case comparison

        var names: [String] {
            switch self {
            case .named(let names): names
            case .variadic: ["a", "b"]
            case .comparison: ["x", "t"]
            }
        }
    }

    var name: String
    var operands: Operands
    var arguments: [ArgumentSpec] = []
    /// Cuts or fills a map, which makes sense for a target as well.
    var fitsSizes = false
    /// Makes parameters, which take their names from the statement.
    var hasParameters = false
    /// The argument that leaves the parameters out where it is false.
    var parameterSwitch: String?
    /// Appends the operator's nodes and returns the one that holds the result.
    /// - Throws: a `Diagnostic` when operands and arguments do not fit together.
    var build: @Sendable (OperatorCall, inout GraphBuilder) throws(Diagnostic) -> NodeID

    var isLoss: Bool {
        if case .comparison = operands { true } else { false }
    }
}

/// A tensor handed to an operator.
struct Operand: Sendable {
    var id: NodeID
    var type: TensorType
    /// Where it is written in the call.
    var range: SourceRange
    /// The name by which it is written; nil for another expression.
    var name: String?
    /// How messages call it: `"enc1_2"`, or `the result of "conv"`.
    var description: String
    /// Where its value is made: the statement that defines it, or the expression itself.
    var origin: SourceRange
}

/// A call whose arguments have been read and checked one by one.
struct OperatorCall: Sendable {
    var name: String
    var range: SourceRange
    /// The call is the statement's outermost expression, so that its result has the statement's name.
    var isOutermost: Bool
    var operands: [Operand]
    var arguments: BoundArguments

    /// The first operand's type, which is checked to be a feature map.
    func featureMap() throws(Diagnostic) -> (channels: Int, size: Extent) {
        guard let operand = operands.first, let map = operand.type.featureMap else {
            throw Diagnostic("\"\(name)\" needs a feature map", at: range)
        }
        return (map.channels, Extent(map.height, map.width))
    }

    /// A finding at an argument, or at the call where the argument is a default.
    func failure(
        _ message: String, at argument: String? = nil, notes: [Diagnostic.Note] = [], hint: String? = nil
    ) -> Diagnostic {
        let place = argument.flatMap { arguments.range(of: $0) } ?? range
        return Diagnostic(message, at: place, notes: notes, hint: hint)
    }

    /// A note that says where an operand comes from and what its shape is.
    func note(_ operand: Operand) -> Diagnostic.Note {
        .init("\(operand.description) is \(operand.type)", operand.origin)
    }
}

/// Arguments by name, defaults filled in.
struct BoundArguments: Sendable {
    private var values: [String: (value: ArgumentValue, range: SourceRange?)] = [:]

    mutating func set(_ name: String, _ value: ArgumentValue, at range: SourceRange?) { values[name] = (value, range) }

    func has(_ name: String) -> Bool { values[name] != nil }
    /// True for an argument that is written in the call.
    func isGiven(_ name: String) -> Bool { range(of: name) != nil }
    /// Where the argument is written; nil for defaults.
    func range(of name: String) -> SourceRange? { values[name]?.range }

    func integer(_ name: String, default value: Int = 0) -> Int {
        if case .integer(let found)? = values[name]?.value { found } else { value }
    }

    func real(_ name: String, default value: Double = 0) -> Double {
        if case .real(let found)? = values[name]?.value { found } else { value }
    }

    func boolean(_ name: String) -> Bool {
        if case .boolean(let found)? = values[name]?.value { found } else { false }
    }

    func extent(_ name: String, default value: Extent = Extent(1)) -> Extent {
        if case .extent(let found)? = values[name]?.value { found } else { value }
    }

    /// nil for `none`.
    func optionalInteger(_ name: String) -> Int? {
        if case .integer(let found)? = values[name]?.value { found } else { nil }
    }

    func reals(_ name: String) -> [Double] {
        if case .reals(let found)? = values[name]?.value { found } else { [] }
    }

    /// The number of a word.
    func word(_ name: String) -> Int {
        if case .word(let found)? = values[name]?.value { found } else { 0 }
    }

    func range(_ name: String) -> (first: Int, last: Int) {
        if case .range(let first, let last)? = values[name]?.value { (first, last) } else { (0, 0) }
    }

    func map(_ name: String) -> Operand? {
        if case .map(let found)? = values[name]?.value { found } else { nil }
    }

    func isSame(_ name: String) -> Bool {
        if case .same? = values[name]?.value { true } else { false }
    }
}
