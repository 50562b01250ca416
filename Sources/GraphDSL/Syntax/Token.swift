import Diagnostics

/// A lexical unit of a graph's text.
struct Token {
    enum Kind: Equatable {
        case name(String)
        /// A name in quotes, which is nothing but a name.
        case quotedName(String)
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

    /// The name that the token is, in quotes or not; words of the language are names here too.
    var name: String? {
        switch kind {
        case .name(let text), .quotedName(let text): text
        case .integer, .real, .punctuation, .newline, .endOfFile, .invalid: nil
        }
    }

    func isPunctuation(_ punctuation: Punctuation) -> Bool { kind == .punctuation(punctuation) }
}
