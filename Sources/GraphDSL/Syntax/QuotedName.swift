/// Names that stand in quotes: those of other programs, such as the keys of a PyTorch `state_dict`.
package enum QuotedName {
    /// For hints.
    static let rule =
        "a name in quotes is made of the letters a-z and A-Z, digits and _ . - / :, with no \".\" at its ends or behind "
        + "another one"

    /// What is wrong with the text between the quotes; nil for a name.
    static func problem(of text: String) -> String? {
        if text.isEmpty { return "expected a name between the quotes, found nothing" }
        if let scalar = text.unicodeScalars.first(where: { !isAllowed($0) }) {
            return "unexpected character \"\(displayed(scalar))\" in a name"
        }
        // Names are joined by dots.
        if text.hasPrefix(".") || text.hasSuffix(".") || text.contains("..") {
            return "unexpected \".\" in the name \"\(text)\""
        }
        return nil
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        isPlain(scalar) || ".-/:".unicodeScalars.contains(scalar) || isWildcard(scalar)
    }

    /// What stands for other letters, in patterns of names: nothing is called so.
    static func isWildcard(_ scalar: Unicode.Scalar) -> Bool { scalar == "*" || scalar == "?" }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    /// A name as the language writes it: in quotes only where it needs them.
    package static func written(_ name: String) -> String {
        let isPlain = name.unicodeScalars.allSatisfy(isPlain) && !("0"..."9").contains(name.first ?? "0")
        return isPlain ? name : "\"" + name + "\""
    }
}

/// A character as messages show it: those that cannot be seen by their numbers.
func displayed(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator:
        "<U+\(hexadecimal(scalar.value))>"
    default: String(scalar)
    }
}

/// At least four digits, as Unicode writes it.
private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
