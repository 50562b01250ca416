import Diagnostics

/// A lexical unit of a graph's text.
struct Token {
    enum Kind: Equatable {
        case name(String)
        case integer(Int)
        case real(Double)
        case punctuation(Punctuation)
        case newline
        case endOfFile
        /// Text that the lexer has already complained about.
        case invalid
    }

    enum Punctuation: String {
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case leftBrace = "{"
        case rightBrace = "}"
        case comma = ","
        case colon = ":"
        case semicolon = ";"
        case equals = "="
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divide = "/"
    }

    var kind: Kind
    var range: SourceRange

    func isPunctuation(_ punctuation: Punctuation) -> Bool { kind == .punctuation(punctuation) }
}
