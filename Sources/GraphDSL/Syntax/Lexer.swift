import Diagnostics

/// Cuts a text into tokens and comments; unreadable text becomes `invalid` tokens, each with a diagnostic.
struct Lexer {
    /// Names become parts of others, and of files' names.
    static let nameLimit = 200

    private let file: SourceFile
    private let bytes: [UInt8]
    private var position = 0
    private(set) var tokens: [Token] = []
    /// `// …`, without the line break, in the order of the text.
    private(set) var comments: [SourceRange] = []
    private(set) var diagnostics = DiagnosticCollector()
    private var hasLoneReturn = false

    init(_ file: SourceFile) {
        self.file = file
        self.bytes = file.bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }  // a byte order mark, as some editors write
    }

    /// Reads the whole text; the last token is `endOfFile`.
    mutating func run() {
        while position < bytes.count { next() }
        tokens.append(Token(kind: .endOfFile, range: SourceRange(bytes.count, bytes.count)))
    }

    private mutating func next() {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "\n"):
            append(.newline, length: 1)
        case UInt8(ascii: " "), UInt8(ascii: "\t"):
            position += 1
        case UInt8(ascii: "\r"):
            carriageReturn()
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
            let start = position
            skipLine()
            comments.append(SourceRange(start, position))
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
            blockComment()
        case UInt8(ascii: "#"):
            let start = position
            skipLine()
            report("unexpected character \"#\"", SourceRange(start, start + 1), hint: "comments start with \"//\"")
        case UInt8(ascii: "\""):
            quotedName()
        case UInt8(ascii: "'"):
            otherQuotes()
        case _ where isLetter(byte):
            name()
        case _ where isDigit(byte):
            number()
        default:
            if let punctuation = Token.Punctuation(rawValue: String(Unicode.Scalar(byte))) {
                append(.punctuation(punctuation), length: 1)
            } else {
                unreadable()
            }
        }
    }

    /// Before a line feed it means nothing; alone it ends the line, as it did on old machines, and is complained about
    /// once in a file.
    private mutating func carriageReturn() {
        let range = SourceRange(position, position + 1)
        position += 1
        guard peek(0) != UInt8(ascii: "\n") else { return }
        tokens.append(Token(kind: .newline, range: range))
        guard !hasLoneReturn else { return }
        hasLoneReturn = true
        diagnostics.report(
            Diagnostic(
                "the line ends with a carriage return alone", at: range,
                hint: "save the file with line feeds as line breaks"))
    }

    private mutating func name() {
        let start = position
        while position < bytes.count, isLetter(bytes[position]) || isDigit(bytes[position]) { position += 1 }
        let range = SourceRange(start, position)
        guard position - start <= Self.nameLimit else { return reportLongName(range, range) }
        tokens.append(Token(kind: .name(file.text(in: range)), range: range))
    }

    /// - Parameters:
    ///   - text: the name.
    ///   - range: with its quotes.
    private mutating func reportLongName(_ text: SourceRange, _ range: SourceRange) {
        report(
            "the name \"\(file.excerpt(text))\" is longer than \(Self.nameLimit) letters", range,
            hint: "choose a shorter one")
    }

    private mutating func number() {
        let start = position
        var isReal = false
        skipDigits()
        if peek(0) == UInt8(ascii: "."), peek(1).map(isDigit) == true {
            isReal = true
            position += 1
            skipDigits()
        }
        if peek(0) == UInt8(ascii: "e") || peek(0) == UInt8(ascii: "E") {
            let sign = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+") ? 1 : 0
            if peek(1 + sign).map(isDigit) == true {
                isReal = true
                position += 1 + sign
                skipDigits()
            }
        }
        let digitsEnd = position
        while let byte = peek(0), isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: ".") { position += 1 }
        let range = SourceRange(start, position)
        let text = file.text(in: range)
        if position > digitsEnd {
            report("malformed number \"\(file.excerpt(range))\"", range, hint: "numbers look like 64, 0.5 or 1e-4")
        } else if isReal, let value = Double(text), value.isFinite {
            tokens.append(Token(kind: .real(value), range: range))
        } else if !isReal, let value = Int(text) {
            tokens.append(Token(kind: .integer(value), range: range))
        } else {
            report("number \"\(file.excerpt(range))\" is too large", range)
        }
    }

    private mutating func skipDigits() {
        while let byte = peek(0), isDigit(byte) { position += 1 }
    }

    private mutating func skipLine() {
        while let byte = peek(0), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { position += 1 }
    }

    private mutating func blockComment() {
        let start = position
        position += 2
        while position < bytes.count, !(peek(0) == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) { position += 1 }
        position = min(position + 2, bytes.count)
        // A comment is no reason to misread the statement around it: reported, but no token.
        diagnostics.report(
            Diagnostic(
                "unexpected \"/*\"", at: SourceRange(start, start + 2),
                hint: "comments start with \"//\" and end with the line"))
    }

    /// `'text'`, which the language has no use for; without a second quote, the quote alone.
    private mutating func otherQuotes() {
        let start = position
        position += 1
        while let byte = peek(0), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "'") { position += 1 }
        position = peek(0) == UInt8(ascii: "'") ? position + 1 : start + 1
        report(
            "unexpected quotes", SourceRange(start, position),
            hint: "names with dots stand in quotes of two strokes: \"enc.0\"")
    }

    /// `"enc.0"`; without a second quote, the quote alone.
    private mutating func quotedName() {
        let start = position
        position += 1
        while let byte = peek(0), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\"") { position += 1 }
        guard peek(0) == UInt8(ascii: "\"") else {
            position = start + 1
            report(
                "a name in quotes does not end on this line", SourceRange(start, position),
                hint: "names stand in quotes of two strokes: \"enc.0\"")
            return
        }
        position += 1
        let range = SourceRange(start, position)
        let inner = SourceRange(start + 1, position - 1)
        guard inner.upper - inner.lower <= Self.nameLimit else { return reportLongName(inner, range) }
        let text = file.text(in: inner)
        if let problem = QuotedName.problem(of: text) {
            report(problem, range, hint: QuotedName.rule)
        } else {
            tokens.append(Token(kind: .quotedName(text), range: range))
        }
    }

    /// One diagnostic for a whole run of characters that mean nothing here.
    private mutating func unreadable() {
        let start = position
        while let byte = peek(0), !isMeaningful(byte) { position += 1 }
        let range = SourceRange(start, position)
        joinWord(around: start)
        let scalars = file.text(in: range).unicodeScalars
        let shown = scalars.prefix(8).map(displayed).joined() + (scalars.count > 8 ? "..." : "")
        report(
            "unexpected character\(scalars.count > 1 ? "s" : "") \"\(shown)\"", range, hint: hint(for: scalars))
    }

    /// Letters that touch unreadable ones are of the same word, which is complained about as a whole.
    private mutating func joinWord(around start: Int) {
        if let last = tokens.last, case .name = last.kind, last.range.upper == start { tokens.removeLast() }
        while let byte = peek(0), isLetter(byte) || isDigit(byte) || byte >= 0x80 { position += 1 }
    }

    private func hint(for scalars: String.UnicodeScalarView) -> String? {
        if scalars.contains(where: { !$0.isASCII && $0.properties.isAlphabetic }) {
            return "names are made of the letters a-z and A-Z, digits and \"_\""
        }
        switch scalars.first {
        case ".": return "operators are called as relu(x), not as x.relu(); names with dots stand in quotes"
        case "<", ">", "%", "^", "!", "&", "|", "~": return "numbers and feature maps combine with + - * and /"
        default: return nil
        }
    }

    private func isMeaningful(_ byte: UInt8) -> Bool {
        byte == 9 || byte == 10 || byte == 13 || byte == 32
            || isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "\"")
            || byte == UInt8(ascii: "'")
            || byte < 0x80 && Token.Punctuation(rawValue: String(Unicode.Scalar(byte))) != nil
    }

    private mutating func report(_ message: String, _ range: SourceRange, hint: String? = nil) {
        diagnostics.report(Diagnostic(message, at: range, hint: hint))
        tokens.append(Token(kind: .invalid, range: range))
    }

    private mutating func append(_ kind: Token.Kind, length: Int) {
        tokens.append(Token(kind: kind, range: SourceRange(position, position + length)))
        position += length
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
