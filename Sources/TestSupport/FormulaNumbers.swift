import GraphIR

/// PyTorch's numbers of declared functions and losses, from `formula-numbers.json`, which
/// `Tests/InterpreterTests/make_formula_numbers.py` made.
public struct FormulaNumbers: Sendable, CustomStringConvertible {
    public let name: String
    /// In the order of the declaration's parameters.
    public let constants: [Double]
    /// Of losses of classes.
    public let ignored: Int?
    public let weights: [Double]
    public let description: String
    private let members: JSON

    private init(_ members: JSON, number: Int) throws {
        guard let name = members["name"]?.string, let constants = members["constants"]?.array else {
            throw ShapeError("a case of formula-numbers.json lacks its name or constants")
        }
        self.name = name
        self.constants = constants.compactMap(\.number)
        ignored = members["ignore"]?.integer
        weights = (members["weights"]?.array ?? []).compactMap(\.number)
        description = "\(number): \(name) \(self.constants) \(weights) \(ignored ?? -1)"
        self.members = members
    }

    /// Cases of `functions`, `losses` or `classes`.
    public static func all(_ group: String) throws -> [FormulaNumbers] {
        let path = checkoutFolder() + "/Tests/InterpreterTests/Goldens/formula-numbers.json"
        let file = try JSON(parsing: try readBytes(path))
        return try (file[group]?.array ?? []).enumerated().map { try FormulaNumbers($1, number: $0) }
    }

    /// `x`, `t`, `y`, `dx`, or of floats `y32` and `dx32`; nested lists one number behind the other.
    public func numbers(_ key: String) -> [Double] { Self.flat(members[key] ?? .null) }

    /// The sizes of `x`.
    public var shape: [Int] {
        var shape: [Int] = []
        var value = members["x"]
        while case .array(let elements)? = value {
            shape.append(elements.count)
            value = elements.first
        }
        return shape
    }

    private static func flat(_ value: JSON) -> [Double] {
        switch value {
        case .array(let elements): elements.flatMap(flat)
        default: [value.number ?? value.string.flatMap(Double.init) ?? .nan]
        }
    }
}
