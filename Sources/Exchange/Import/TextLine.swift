/// A statement of the graph's text, as far as patterns are looked for.
struct TextLine {
    /// A piece of an expression.
    enum Token: Hashable {
        case text(String)
        case number(String)
        /// What another statement makes, by the statement's number.
        case operand(Int)
    }

    var statement: Int
    var name: String
    /// Whether it has to be called so: for the sake of its parameters, or because the file says it.
    var isFixed: Bool
    var isOutput: Bool
    /// What its value is called inside a statement.
    var word: String
    var tokens: [Token]

    /// Parts the text of an expression, so that numbers stand alone.
    static func tokens(_ text: some StringProtocol) -> [Token] {
        var tokens: [Token] = []
        var rest = text[...]
        var plain = ""
        while let first = rest.first {
            if first.isLetter || first == "_" {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                plain += word
                rest = rest.dropFirst(word.count)
            } else if first.isNumber {
                let number = Self.number(rest)
                tokens += [.text(plain), .number(String(number))]
                plain = ""
                rest = rest.dropFirst(number.count)
            } else {
                plain.append(first)
                rest = rest.dropFirst()
            }
        }
        return (tokens + [.text(plain)]).filter { $0 != .text("") }
    }

    /// Digits, a point, an exponent.
    private static func number(_ text: some StringProtocol) -> String {
        var number = ""
        for character in text {
            let isSign = (character == "-" || character == "+") && number.last == "e"
            guard character.isNumber || character == "." || character == "e" || isSign else { break }
            number.append(character)
        }
        return number
    }
}
