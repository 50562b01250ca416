extension JSON {
    /// How a value is written.
    public enum Style: Hashable, Sendable {
        /// With blanks behind commas and colons; lists of plain values stay on one line.
        case spaced
        /// Without blanks, for files and headers that machines read.
        case compact

        fileprivate var comma: String { self == .spaced ? ", " : "," }
        fileprivate var colon: String { self == .spaced ? ": " : ":" }
    }

    /// On one line, with blanks.
    public var text: String { text(.spaced) }

    /// On one line. Numbers that JSON cannot say (infinity, NaN) become null.
    public func text(_ style: Style) -> String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map { $0.text(style) }.joined(separator: style.comma) + "]"
        case .object(let members):
            "{"
                + members.map { Self.quoted($0.key) + style.colon + $0.value.text(style) }.joined(
                    separator: style.comma) + "}"
        }
    }

    /// Members and elements on lines of their own, down to `depth` levels; deeper ones stay on one line, in the style.
    public func pretty(depth: Int = 3, _ style: Style = .spaced) -> String { pretty(depth, style, indent: "") }

    private func pretty(_ depth: Int, _ style: Style, indent: String) -> String {
        let inner = indent + "  "
        func block(_ open: String, _ lines: [String], _ close: String) -> String {
            open + "\n" + lines.map { inner + $0 }.joined(separator: ",\n") + "\n" + indent + close
        }
        switch self {
        case .object(let members) where depth > 0 && !members.isEmpty:
            let lines = members.map { Self.quoted($0.key) + ": " + $0.value.pretty(depth - 1, style, indent: inner) }
            return block("{", lines, "}")
        case .array(let values) where depth > 0 && isOpened(values, style):
            return block("[", values.map { $0.pretty(depth - 1, style, indent: inner) }, "]")
        default: return text(style)
        }
    }

    private func isOpened(_ values: [JSON], _ style: Style) -> Bool {
        switch style {
        case .compact: !values.isEmpty
        case .spaced: values.contains { $0.array != nil || $0.members != nil }
        }
    }

    /// `text` as a JSON string literal, which holds nothing that a terminal would not show.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where !scalar.isShown:
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    result += "\\u" + unit.hexadecimal
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
