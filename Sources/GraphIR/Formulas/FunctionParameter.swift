/// A constant of a declared function or loss: its name in the language and in dumps, and what it may be.
public struct FunctionParameter: Sendable {
    public enum Kind: Sendable {
        case real(RealDomain)
        /// One of some words; its value is the word's number.
        case word([String])
        /// What the random numbers of an operator hang on; not written in the language.
        case key
    }

    public let name: String
    public let kind: Kind
    /// Where the language has none written; nil where it must be given.
    public let defaultValue: Double?
    /// Dumps leave it out where it has the default.
    let isImplied: Bool

    static func real(
        _ name: String, _ domain: RealDomain, default value: Double? = nil, isImplied: Bool = false
    ) -> FunctionParameter {
        FunctionParameter(name: name, kind: .real(domain), defaultValue: value, isImplied: isImplied)
    }

    /// The first word is the default.
    static func word(_ name: String, _ words: [String]) -> FunctionParameter {
        FunctionParameter(name: name, kind: .word(words), defaultValue: 0, isImplied: true)
    }

    static let key = FunctionParameter(name: "key", kind: .key, defaultValue: nil, isImplied: false)
}

/// Numbers that make sense for a constant.
public enum RealDomain: Sendable {
    case any
    case positive
    case nonNegative
    /// From 0 to below 1.
    case fraction
    /// From 0 to 1, both included.
    case proportion

    public func contains(_ value: Double) -> Bool {
        switch self {
        case .any: value.isFinite
        case .positive: value.isFinite && value > 0
        case .nonNegative: value.isFinite && value >= 0
        case .fraction: value >= 0 && value < 1
        case .proportion: value >= 0 && value <= 1
        }
    }

    public var description: String {
        switch self {
        case .any: "a number"
        case .positive: "a number above 0"
        case .nonNegative: "a number from 0"
        case .fraction: "a number from 0 to below 1"
        case .proportion: "a number from 0 to 1"
        }
    }
}

/// The constants of one use of a declared function or loss: at most three, which lie in the operator itself, as it is
/// copied and compared all the time.
public struct FunctionConstants: Hashable, Sendable {
    private var first = 0.0
    private var second = 0.0
    private var third = 0.0
    /// The operator's key, where the function draws random numbers.
    let key: UInt64

    /// - Parameter values: in the order of the declaration's parameters; words by their number.
    init(_ values: [Double], key: UInt64 = 0) {
        precondition(values.count <= 3, "a declaration of more than three constants")
        self.key = key
        if !values.isEmpty { first = values[0] }
        if values.count > 1 { second = values[1] }
        if values.count > 2 { third = values[2] }
    }

    subscript(number: Int) -> Double {
        switch number {
        case 0: first
        case 1: second
        default: third
        }
    }

    /// As dumps show them.
    func attributes(_ parameters: [FunctionParameter]) -> [Attribute] {
        parameters.enumerated().compactMap { number, parameter in
            let value = self[number]
            if parameter.isImplied, value == parameter.defaultValue { return nil }
            switch parameter.kind {
            case .real: return Attribute(parameter.name, value)
            case .word(let words): return Attribute(parameter.name, words[Int(value)])
            case .key: return Attribute(parameter.name, String(key))
            }
        }
    }

    /// What dumps have.
    init(_ parameters: [FunctionParameter], _ attributes: inout AttributeReader) throws(GraphTextError) {
        var values: [Double] = []
        var key: UInt64 = 0
        for parameter in parameters {
            if parameter.isImplied, !attributes.has(parameter.name), let value = parameter.defaultValue {
                values.append(value)
                continue
            }
            switch parameter.kind {
            case .real: values.append(try attributes.real(parameter.name))
            case .word(let words): values.append(Double(try attributes.index(parameter.name, of: words)))
            case .key:
                key = try attributes.unsigned(parameter.name)
                values.append(0)
            }
        }
        self.init(values, key: key)
    }

    /// What is wrong with them.
    func problems(_ parameters: [FunctionParameter]) -> [String] {
        parameters.enumerated().flatMap { number, parameter -> [String] in
            let value = self[number]
            guard case .real(let domain) = parameter.kind, !domain.contains(value) else { return [] }
            guard value.isFinite else { return notFinite(parameter.name, value) }
            return ["\(parameter.name) should be \(domain.description), found \(value)"]
        }
    }
}
