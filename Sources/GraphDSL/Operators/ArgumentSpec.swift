import GraphIR

/// What a labelled or positional argument may be.
enum ArgumentKind: Sendable {
    /// A whole number from 1.
    case size
    /// A whole number from 0.
    case count
    /// A whole number or `[h, w]`, each from `minimum`.
    case extent(minimum: Int)
    /// A whole number or `[h, w]`, each from 0, or `same`.
    case padding
    case real(RealDomain)
    case boolean
    /// A whole number from 0, or `none`.
    case optionalCount
    /// `[a, b, …]`, numbers of a domain.
    case reals(RealDomain)
    /// One of some words.
    case word([String])
    /// `[a, b]`, whole numbers from 0.
    case range
    /// A feature map.
    case map

    /// Largest kernel, stride, padding, dilation or border; bounds what shape arithmetic has to hold.
    static let extentLimit = 65_536

    /// For messages: `a whole number from 1`.
    var description: String {
        switch self {
        case .size: "a whole number from 1"
        case .count: "a whole number from 0"
        case .extent(let minimum): "a whole number from \(minimum) or [h, w]"
        case .padding: "a whole number from 0, [h, w] or same"
        case .real(let domain): domain.description
        case .boolean: "true or false"
        case .optionalCount: "a whole number from 0 or none"
        case .reals: "a list of numbers"
        case .word(let words): words.joined(separator: " or ")
        case .range: "[a, b], whole numbers from 0"
        case .map: "a feature map"
        }
    }
}

enum ArgumentValue: Sendable {
    case integer(Int)
    case extent(Extent)
    /// Padding that keeps the size.
    case same
    case real(Double)
    case boolean(Bool)
    case none
    case reals([Double])
    /// The number of a word.
    case word(Int)
    case range(first: Int, last: Int)
    case map(Operand)
}

/// One argument besides the operands: its name, what it may be, and its value when it is left out.
struct ArgumentSpec: Sendable {
    enum Presence: Sendable {
        /// Must be given; the text is an example for hints.
        case required(example: String)
        case optional(ArgumentValue)
        /// The operator derives it from other arguments.
        case derived
    }

    var name: String
    var kind: ArgumentKind
    var presence: Presence
    /// May stand without its label, behind the operands.
    var isPositional = false

    static func positional(_ name: String, _ kind: ArgumentKind, example: String) -> ArgumentSpec {
        ArgumentSpec(name: name, kind: kind, presence: .required(example: example), isPositional: true)
    }

    static func required(_ name: String, _ kind: ArgumentKind, example: String) -> ArgumentSpec {
        ArgumentSpec(name: name, kind: kind, presence: .required(example: example))
    }

    static func optional(_ name: String, _ kind: ArgumentKind, _ value: ArgumentValue) -> ArgumentSpec {
        ArgumentSpec(name: name, kind: kind, presence: .optional(value))
    }

    static func derived(_ name: String, _ kind: ArgumentKind) -> ArgumentSpec {
        ArgumentSpec(name: name, kind: kind, presence: .derived)
    }
}
