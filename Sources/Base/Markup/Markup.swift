/// Pieces of XML and HTML: texts that may hold anything, and elements.
public enum Markup {
    /// Text between tags. Control characters, which XML takes in no form, become blanks.
    public static func text(_ text: String) -> String { escaped(text, quotes: false) }

    /// An attribute's value between double quotes; fit to stand between tags as well.
    public static func attribute(_ text: String) -> String { escaped(text, quotes: true) }

    /// An element with its attributes in this order.
    /// - Parameter content: markup; without it the element closes itself.
    public static func element(
        _ tag: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: String? = nil
    ) -> String {
        let start = "<" + tag + attributes.map { " \($0.key)=\"\(attribute($0.value))\"" }.joined()
        return start + (content.map { ">\($0)</\(tag)>" } ?? "/>")
    }

    /// A coordinate with at most one decimal: the same drawing gives the same bytes in every process.
    public static func number(_ value: Double) -> String {
        let text = Text.fixed(value, 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"" where quotes: result += "&quot;"
            case "\n": result += "&#10;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
