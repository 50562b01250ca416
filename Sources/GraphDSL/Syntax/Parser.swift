import Base
import Diagnostics

/// A recursive descent parser that recovers at statements: each unreadable one costs one diagnostic.
struct Parser {
    /// Thrown behind a reported error, up to where parsing can go on.
    struct Failure: Error {}

    /// Levels of nesting that keep every recursive walk within a thread's stack.
    static let nestingLimit = 200

    let file: SourceFile
    let tokens: [Token]
    let comments: [SourceRange]
    private(set) var index = 0
    /// Open parentheses and brackets, within which line breaks mean nothing.
    private var openDelimiters = 0
    /// Expressions being parsed.
    var depth = 0
    /// Set when an unreadable stretch has just been skipped, so that what follows need not be a statement's end.
    var hasJustRecovered = false
    private(set) var diagnostics: DiagnosticCollector
    private var unreadableBlocks: Set<String> = []

    init(_ file: SourceFile) {
        var lexer = Lexer(file)
        lexer.run()
        self.file = file
        self.tokens = lexer.tokens
        self.comments = lexer.comments
        self.diagnostics = lexer.diagnostics
    }

    // MARK: Declarations

    /// `block` declarations and one `graph`, in any order.
    mutating func parseFile() -> GraphSyntax {
        var syntax = GraphSyntax()
        while true {
            skipSeparators()
            let start = index
            if current.kind == .endOfFile { break }
            do {
                try parseDeclaration(into: &syntax)
                hasJustRecovered = false
            } catch {
                // At the top level only the word that begins a declaration tells where the next one is.
                skipToDeclaration(after: start)
            }
        }
        syntax.unreadableBlocks = unreadableBlocks
        if syntax.graph == nil, diagnostics.isEmpty {
            report("the file declares no graph", SourceRange(0, 0), hint: "write graph NAME { ... }")
        }
        return syntax
    }

    private mutating func parseDeclaration(into syntax: inout GraphSyntax) throws(Failure) {
        let token = current
        if isName("block") {
            let block = try parseBlock()
            syntax.blocks.append(block)
        } else if isName("graph") {
            let graph = try parseGraph()
            if let first = syntax.graph {
                report(
                    "a file declares one graph, found a second", graph.name.range,
                    notes: [.init("the first is \"\(first.name.text)\"", first.name.range)])
            } else {
                syntax.graph = graph
            }
        } else if case .name(let word) = token.kind {
            let hint =
                nearMiss(word, among: ["graph", "block"]).map { "did you mean \"\($0)\"?" }
                ?? "statements stand inside graph NAME { ... }"
            throw fail("expected \"graph\" or \"block\", found \"\(word)\"", token.range, hint: hint)
        } else {
            throw expected("\"graph\" or \"block\"")
        }
    }

    mutating func parseBlock() throws(Failure) -> BlockSyntax {
        advance()
        let name = try parseName("the block's name")
        do { return try parseBlock(named: name) } catch {
            unreadableBlocks.insert(name.text)
            throw error
        }
    }

    private mutating func parseBlock(named name: Name) throws(Failure) -> BlockSyntax {
        var parameters: [Name] = []
        guard current.isPunctuation(.leftParenthesis) else {
            throw expected("\"(\" and the arguments of block \"\(name.text)\"")
        }
        try parseDelimited(.leftParenthesis, .rightParenthesis) { parser throws(Failure) in
            parameters.append(try parser.parseName("an argument's name"))
        }
        let (body, end) = try parseBody(form: "block \(name.text)(...) { ... }")
        return BlockSyntax(name: name, parameters: parameters, body: body, endRange: end)
    }

    /// Comma-separated elements between delimiters; a comma behind the last one is fine.
    ///
    /// A line that begins like a statement shows that the closing delimiter is missing, except in a list that
    /// `holdsDefinitions`.
    mutating func parseDelimited(
        _ open: Token.Punctuation, _ close: Token.Punctuation, holdsDefinitions: Bool = false,
        element: (inout Parser) throws(Failure) -> Void
    ) throws(Failure) {
        let opening = current
        openDelimiters += 1
        advance()
        while !current.isPunctuation(close) {
            if !holdsDefinitions, previousIsNewline, startsStatement(index) { throw unclosed(opening, close) }
            try element(&self)
            if current.isPunctuation(.comma) {
                advance()
            } else if !current.isPunctuation(close) {
                throw unclosed(opening, close)
            }
        }
        openDelimiters -= 1
        advance()
    }

    private mutating func unclosed(_ opening: Token, _ close: Token.Punctuation) -> Failure {
        let note = Diagnostic.Note("to close this \"\(file.text(in: opening.range))\"", opening.range)
        return expected("\",\" or \"\(close.rawValue)\"", notes: [note])
    }

    // MARK: Tokens

    var current: Token { tokens[index] }
    /// The token that follows, line breaks included.
    var following: Token { tokens[min(index + 1, tokens.count - 1)] }
    var previousIsNewline: Bool { index > 0 && tokens[index - 1].kind == .newline }
    /// Where the last consumed token ends.
    var previousEnd: Int { index > 0 ? tokens[..<index].last { $0.kind != .newline }?.range.upper ?? 0 : 0 }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
        if openDelimiters > 0 { skipNewlines() }
    }

    mutating func skipNewlines() {
        while current.kind == .newline { index += 1 }
    }

    mutating func skipSeparators() {
        while current.kind == .newline || current.isPunctuation(.semicolon) { index += 1 }
    }

    func isName(_ word: String) -> Bool { current.kind == .name(word) }

    mutating func parseName(_ what: String) throws(Failure) -> Name {
        guard case .name = current.kind else { throw expected(what) }
        return try parseValueName(what)
    }

    /// The name of a value, which may stand in quotes.
    mutating func parseValueName(_ what: String) throws(Failure) -> Name {
        guard let text = current.name else { throw expected(what) }
        let name = Name(text: text, range: current.range)
        if text == "true" || text == "false" { throw fail("\"\(text)\" is a value, not a name", name.range) }
        if let wildcard = text.unicodeScalars.first(where: QuotedName.isWildcard) {
            throw fail("unexpected character \"\(displayed(wildcard))\" in a name", name.range, hint: QuotedName.rule)
        }
        advance()
        return name
    }

    mutating func expect(_ punctuation: Token.Punctuation, _ what: String? = nil) throws(Failure) {
        guard current.isPunctuation(punctuation) else { throw expected(what ?? "\"\(punctuation.rawValue)\"") }
        advance()
    }

    // MARK: Errors and recovery

    mutating func report(
        _ message: String, _ range: SourceRange, notes: [Diagnostic.Note] = [], hint: String? = nil
    ) {
        diagnostics.report(Diagnostic(message, at: range, notes: notes, hint: hint))
    }

    mutating func fail(
        _ message: String, _ range: SourceRange, notes: [Diagnostic.Note] = [], hint: String? = nil
    ) -> Failure {
        // The lexer has spoken about invalid tokens.
        if current.kind != .invalid { report(message, range, notes: notes, hint: hint) }
        return Failure()
    }

    /// The current token is not what the grammar asks for.
    mutating func expected(_ what: String, notes: [Diagnostic.Note] = [], hint: String? = nil) -> Failure {
        if previousIsNewline, openDelimiters > 0 {
            // What is missing belongs to the line before.
            let end = previousEnd
            return fail("expected \(what), found the end of the line", SourceRange(end, end), notes: notes, hint: hint)
        }
        let range = current.kind == .endOfFile ? SourceRange(previousEnd, previousEnd) : current.range
        return fail("expected \(what), found \(describe(current))", range, notes: notes, hint: hint)
    }

    func describe(_ token: Token) -> String {
        switch token.kind {
        case .newline: "the end of the line"
        case .endOfFile: "the end of the file"
        default: "\"\(file.excerpt(token.range))\""
        }
    }

    /// Skips to the end of the statement that began at token `start`: a line break or `;` outside its parentheses, the
    /// `}` of its body, or a line that begins like a statement.
    mutating func recover(from start: Int) {
        openDelimiters = 0
        hasJustRecovered = true
        var open = 0
        var braces = 0
        for token in tokens[start..<index] { count(token, &open, &braces) }
        while current.kind != .endOfFile {
            if braces <= 0 {
                if index > start, previousIsNewline, startsStatement(index) || open <= 0 { return }
                if current.isPunctuation(.semicolon) || current.isPunctuation(.rightBrace) { return }
                if current.kind == .newline, open <= 0 { return }
            }
            count(current, &open, &braces)
            index += 1
        }
    }

    private func count(_ token: Token, _ open: inout Int, _ braces: inout Int) {
        guard case .punctuation(let punctuation) = token.kind else { return }
        switch punctuation {
        case .leftParenthesis, .leftBracket: open += 1
        case .rightParenthesis, .rightBracket: open -= 1
        case .leftBrace: braces += 1
        case .rightBrace: braces -= 1
        default: break
        }
    }

    private mutating func skipToDeclaration(after start: Int) {
        openDelimiters = 0
        var open = 0
        var braces = 0
        for token in tokens[start..<index] { count(token, &open, &braces) }
        while current.kind != .endOfFile {
            let isDeclaration = isName("graph") || isName("block")
            if index > start, braces <= 0, previousIsNewline, isDeclaration, case .name = following.kind { return }
            count(current, &open, &braces)
            index += 1
        }
    }

    /// True if the tokens at `index` can only be the beginning of a statement.
    func startsStatement(_ index: Int) -> Bool {
        guard tokens[index].name != nil, index + 1 < tokens.count else { return false }
        let next = tokens[index + 1]
        if next.isPunctuation(.equals) { return true }
        switch tokens[index].kind {
        case .name("train"): return next.isPunctuation(.leftBrace)
        case .name("input"), .name("target"), .name("output"), .name("loss"), .name("return"), .name("block"):
            return next.name != nil
        default: return false
        }
    }
}
