/// A JSON value that prints in the order in which it was built.
public indirect enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(key: String, value: JSON)])

    public static func == (a: JSON, b: JSON) -> Bool { a.text == b.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// On one line.
    public var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.key) + ": " + $0.value.text }.joined(separator: ", ") + "}"
        }
    }

    /// Objects and arrays of objects on lines of their own, down to `depth` levels.
    public func pretty(depth: Int = 3, indent: String = "") -> String {
        let inner = indent + "  "
        let lines: [String]
        let brackets: (String, String)
        switch self {
        case .object(let members) where depth > 0 && !members.isEmpty:
            lines = members.map { Self.quoted($0.key) + ": " + $0.value.pretty(depth: depth - 1, indent: inner) }
            brackets = ("{", "}")
        case .array(let values) where depth > 0 && values.contains(where: \.isContainer):
            lines = values.map { $0.pretty(depth: depth - 1, indent: inner) }
            brackets = ("[", "]")
        default: return text
        }
        return brackets.0 + "\n" + lines.map { inner + $0 }.joined(separator: ",\n") + "\n" + indent + brackets.1
    }

    private var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .integer, .number, .string: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
