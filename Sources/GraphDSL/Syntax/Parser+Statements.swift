import Base
import Diagnostics

extension Parser {
    static let statementWords = ["input", "target", "output", "loss", "block", "return", "train"]

    /// `{ statement … }`; also returns where the closing brace stands.
    /// - Parameter form: how the declaration is written, for hints.
    mutating func parseBody(form: String) throws(Failure) -> (statements: [Statement], end: SourceRange) {
        skipNewlines()
        var opening: Token? = current
        if current.isPunctuation(.leftBrace) {
            advance()
        } else {
            let failure = expected("\"{\"", hint: "write \(form)")
            // Statements show that nothing else is missing.
            guard startsStatement(index) else { throw failure }
            opening = nil
        }
        var statements: [Statement] = []
        while true {
            skipSeparators()
            if current.isPunctuation(.rightBrace) {
                let end = current.range
                advance()
                return (statements, end)
            }
            if current.kind == .endOfFile {
                let end = SourceRange(previousEnd, previousEnd)
                if let opening {
                    report(
                        "expected \"}\", found the end of the file", end,
                        notes: [.init("to close this \"{\"", opening.range)])
                }
                return (statements, end)
            }
            parseStatement(into: &statements)
        }
    }

    private mutating func parseStatement(into statements: inout [Statement]) {
        let start = index
        hasJustRecovered = false
        do {
            let statement = try parseStatement()
            statements.append(statement)
            if !hasJustRecovered { try parseEndOfStatement() }
        } catch {
            recover(from: start)
            // Recovery that stands still would never end.
            if index == start { advance() }
        }
    }

    private mutating func parseEndOfStatement() throws(Failure) {
        switch current.kind {
        case .newline, .endOfFile, .punctuation(.semicolon), .punctuation(.rightBrace): return
        case .punctuation(.plus), .punctuation(.minus), .punctuation(.times), .punctuation(.divide):
            throw expected("a new line or \";\"")
        case .punctuation(.leftBrace):
            throw expected("a new line or \";\" behind the statement", hint: "arguments stand in ( )")
        default:
            throw expected("a new line or \";\" behind the statement")
        }
    }

    private enum Form: String {
        case input, target, output, loss, block, train
        case result = "return"
        /// `NAME = …`, which no word announces.
        case definition = "="
    }

    private mutating func parseStatement() throws(Failure) -> Statement {
        let first = current
        guard let word = first.name else { throw unexpectedStart() }
        let kind: Statement.Kind
        switch following.isPunctuation(.equals) ? .definition : announcedForm(word) {
        case .definition: kind = try parseDefinition()
        case .input: kind = try parseData(isTarget: false)
        case .target: kind = try parseData(isTarget: true)
        case .output: kind = try parseOutput()
        case .loss: kind = .loss(parseStatementValue())
        case .result: kind = .result(parseStatementValue())
        case .block: kind = .block(try parseBlock())
        case .train: kind = .train(try parseTrain())
        case nil: throw unknownStatement(word)
        }
        return Statement(kind: kind, range: SourceRange(first.range.lower, previousEnd), keyword: first.range)
    }

    /// What the statement's first word says that it is.
    private mutating func announcedForm(_ word: String) -> Form? {
        guard case .name = current.kind else { return nil }
        return Form(rawValue: word) ?? formMeant(by: word)
    }

    /// The expression behind `loss` or `return`.
    private mutating func parseStatementValue() -> Expression {
        let start = index
        let word = file.text(in: current.range)
        advance()
        if current.isPunctuation(.colon) {
            report("expected a value behind \"\(word)\", found \":\"", current.range, hint: "write \(word) VALUE")
            advance()
        }
        return parseRecovering(from: start)
    }

    /// What a statement with an unknown word before a name must mean. Reported here, and then read as if it were right,
    /// so that what it defines is known.
    private mutating func formMeant(by word: String) -> Form? {
        guard following.name != nil else { return nil }
        let behind = tokens[min(index + 2, tokens.count - 1)]
        let form: Form
        var hint: String?
        if behind.isPunctuation(.colon), let near = nearMiss(word, among: ["input", "target"]) {
            form = near == "input" ? .input : .target
            hint = "did you mean \"\(near)\"?"
        } else if behind.isPunctuation(.equals), nearMiss(word, among: ["output"]) != nil {
            form = .output
            hint = "did you mean \"output\"?"
        } else if behind.isPunctuation(.equals) {
            form = .definition
            hint = "a definition has no word before it: write \(file.text(in: following.range)) = ..."
        } else {
            return nil
        }
        report("unknown statement \"\(word)\"", current.range, hint: hint)
        if form == .definition { advance() }
        return form
    }

    private mutating func unexpectedStart() -> Failure {
        if case .punctuation(let symbol) = current.kind, [.plus, .minus, .times, .divide].contains(symbol) {
            return expected(
                "a statement", hint: "a line break ends a statement; end the line before with \"\(symbol.rawValue)\"")
        }
        return expected("a statement")
    }

    private mutating func unknownStatement(_ word: String) -> Failure {
        let range = current.range
        switch following.kind {
        case .punctuation(.leftParenthesis), .punctuation(.plus), .punctuation(.minus), .punctuation(.times),
            .punctuation(.divide):
            return fail(
                "the value of this expression has no name", range, hint: "write NAME = \(file.text(in: range))...")
        case .punctuation(.colon):
            return fail(
                "expected \"=\" behind \"\(word)\", found \":\"", following.range,
                hint: "write \(file.text(in: range)) = ..., or input \(file.text(in: range)): [C, H, W]")
        default:
            let hint =
                nearMiss(word, among: Self.statementWords).map { "did you mean \"\($0)\"?" }
                ?? "statements are NAME = ..., " + Self.statementWords.joined(separator: ", ")
            return fail("unknown statement \"\(word)\"", range, hint: hint)
        }
    }

    private mutating func parseDefinition() throws(Failure) -> Statement.Kind {
        let start = index
        let name = try parseValueName("a name")
        try expect(.equals)
        if current.isPunctuation(.equals) {
            throw expected("a value", hint: "write \(name.written) = ...")
        }
        return .definition(name, parseRecovering(from: start))
    }

    private mutating func parseOutput() throws(Failure) -> Statement.Kind {
        let start = index
        advance()
        let name = try parseValueName("the output's name")
        guard current.isPunctuation(.equals) else {
            throw expected("\"=\"", hint: "write output NAME = \(name.written)")
        }
        advance()
        return .output(name, parseRecovering(from: start))
    }

    /// `input name: [C, H, W]` or `target name: classes[H, W]`.
    private mutating func parseData(isTarget: Bool) throws(Failure) -> Statement.Kind {
        let start = index
        advance()
        let word = isTarget ? "target" : "input"
        guard current.name != nil else {
            throw expected("the \(word)'s name", hint: "write \(word) NAME: [C, H, W]")
        }
        let name = try parseValueName("the \(word)'s name")
        var type: TensorSyntax?
        do {
            try expect(.colon)
            type = try parseTensor()
        } catch { recover(from: start) }
        return isTarget ? .target(name, type) : .input(name, type)
    }

    private mutating func parseTensor() throws(Failure) -> TensorSyntax {
        let start = current.range
        let isClasses = isName("classes")
        if isClasses { advance() }
        guard current.isPunctuation(.leftBracket) else {
            throw expected(isClasses ? "\"[H, W]\"" : "\"[C, H, W]\" or \"classes[H, W]\"")
        }
        let sizes = try parseList()
        return TensorSyntax(isClasses: isClasses, sizes: sizes, range: SourceRange(start.lower, previousEnd))
    }

    /// `train { key: value … }`, entries separated by blanks, commas or lines.
    private mutating func parseTrain() throws(Failure) -> [TrainEntry] {
        advance()
        skipNewlines()
        let opening = current
        guard current.isPunctuation(.leftBrace) else {
            throw expected("\"{\" behind \"train\"", hint: "write train { batch: 16 ... }")
        }
        advance()
        var entries: [TrainEntry] = []
        while true {
            skipSeparators()
            if current.isPunctuation(.comma) {
                advance()
                continue
            }
            if current.isPunctuation(.rightBrace) {
                advance()
                // Recovery inside the braces is over.
                hasJustRecovered = false
                return entries
            }
            if current.kind == .endOfFile {
                throw expected("\"}\"", notes: [.init("to close this \"{\"", opening.range)])
            }
            parseTrainEntry(into: &entries)
        }
    }

    private mutating func parseTrainEntry(into entries: inout [TrainEntry]) {
        let start = index
        do {
            let key = try parseName("an entry such as \"batch: 16\"")
            if current.isPunctuation(.equals) {
                throw fail(
                    "expected \":\" behind \"\(key.text)\", found \"=\"", current.range, hint: "write \(key.text): ...")
            }
            try expect(.colon)
            entries.append(TrainEntry(key: key, value: try parseExpression()))
        } catch {
            recover(from: start)
            if index == start { advance() }
        }
    }

    /// An expression, or `invalid` behind a reported error and a recovery.
    private mutating func parseRecovering(from start: Int) -> Expression {
        do { return try parseExpression() } catch {
            recover(from: start)
            return Expression(kind: .invalid, range: SourceRange(previousEnd, previousEnd), depth: 1)
        }
    }
}
