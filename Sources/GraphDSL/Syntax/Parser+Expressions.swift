import Diagnostics

extension Parser {
    /// A sum of products; line breaks count only outside parentheses and not behind an operator.
    mutating func parseExpression() throws(Failure) -> Expression {
        try nested { parser throws(Failure) in
            var sum = try parser.parseProduct()
            while let op = parser.binaryOperator([.plus: .add, .minus: .subtract]) {
                parser.advance()
                parser.skipNewlines()
                sum = try parser.join(op, sum, try parser.parseProduct())
            }
            return sum
        }
    }

    private mutating func parseProduct() throws(Failure) -> Expression {
        var product = try parseUnary()
        while let op = binaryOperator([.times: .multiply, .divide: .divide]) {
            advance()
            skipNewlines()
            if op == .multiply, current.isPunctuation(.times) {
                throw expected("a value", hint: "there are no powers: write x * x")
            }
            product = try join(op, product, try parseUnary())
        }
        return product
    }

    private mutating func parseUnary() throws(Failure) -> Expression {
        guard current.isPunctuation(.minus) else { return try parsePrimary() }
        let start = current.range
        advance()
        let operand = try nested { parser throws(Failure) in try parser.parseUnary() }
        return try make(.negate(operand), start.union(operand.range), depth: operand.depth + 1)
    }

    private mutating func parsePrimary() throws(Failure) -> Expression {
        let token = current
        switch token.kind {
        case .integer(let value):
            advance()
            return try make(.integer(value), token.range)
        case .real(let value):
            advance()
            return try make(.real(value), token.range)
        case .name("true"), .name("false"):
            advance()
            return try make(.boolean(token.kind == .name("true")), token.range)
        case .name(let text):
            advance()
            guard current.isPunctuation(.leftParenthesis) else { return try make(.name(text), token.range) }
            return try parseCall(Name(text: text, range: token.range))
        case .quotedName(let text) where text.unicodeScalars.contains(where: QuotedName.isWildcard):
            // A pattern of names, which only the train block's "freeze" has a use for.
            advance()
            return try make(.name(text), token.range)
        case .quotedName:
            return try make(.name(try parseValueName("a value").text), token.range)
        case .punctuation(.leftBracket):
            let elements = try parseList()
            let depth = elements.map(\.depth).max() ?? 0
            return try make(.list(elements), SourceRange(token.range.lower, previousEnd), depth: depth + 1)
        case .punctuation(.leftParenthesis):
            return try parseParenthesised()
        default:
            throw expected("a value")
        }
    }

    private mutating func parseParenthesised() throws(Failure) -> Expression {
        var inner: Expression?
        let start = current.range
        try parseDelimited(.leftParenthesis, .rightParenthesis) { parser throws(Failure) in
            if inner != nil { throw parser.expected("\")\"", hint: "a list is written [a, b]") }
            inner = try parser.parseExpression()
        }
        guard let inner else { throw fail("expected a value between \"(\" and \")\"", start) }
        return try make(inner.kind, SourceRange(start.lower, previousEnd), depth: inner.depth + 1)
    }

    /// `[a, b, …]`
    mutating func parseList() throws(Failure) -> [Expression] {
        var elements: [Expression] = []
        try parseDelimited(.leftBracket, .rightBracket) { parser throws(Failure) in
            elements.append(try parser.parseExpression())
        }
        return elements
    }

    private mutating func parseCall(_ callee: Name) throws(Failure) -> Expression {
        var arguments: [Argument] = []
        try parseDelimited(.leftParenthesis, .rightParenthesis) { parser throws(Failure) in
            arguments.append(try parser.parseArgument())
        }
        let range = SourceRange(callee.range.lower, previousEnd)
        let depth = arguments.map(\.value.depth).max() ?? 0
        return try make(.call(Call(callee: callee, arguments: arguments)), range, depth: depth + 1)
    }

    private mutating func parseArgument() throws(Failure) -> Argument {
        guard case .name(let text) = current.kind else { return Argument(value: try parseExpression()) }
        let label = Name(text: text, range: current.range)
        if following.isPunctuation(.equals) {
            let equals = following.range
            throw fail(
                "expected \":\" behind the label \"\(text)\", found \"=\"", equals, hint: "write \(text): ...")
        }
        guard following.isPunctuation(.colon) else { return Argument(value: try parseExpression()) }
        advance()
        advance()
        return Argument(label: label, value: try parseExpression())
    }

    private func binaryOperator(_ table: KeyValuePairs<Token.Punctuation, BinaryOperator>) -> BinaryOperator? {
        table.first { current.isPunctuation($0.key) }?.value
    }

    private mutating func join(
        _ op: BinaryOperator, _ a: Expression, _ b: Expression
    ) throws(Failure) -> Expression {
        try make(.binary(op, a, b), a.range.union(b.range), depth: max(a.depth, b.depth) + 1)
    }

    private mutating func make(
        _ kind: Expression.Kind, _ range: SourceRange, depth: Int = 1
    ) throws(Failure) -> Expression {
        if depth > Self.nestingLimit { throw tooDeep(range) }
        return Expression(kind: kind, range: range, depth: depth)
    }

    private mutating func nested(
        _ body: (inout Parser) throws(Failure) -> Expression
    ) throws(Failure) -> Expression {
        if depth >= Self.nestingLimit { throw tooDeep(current.range) }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private mutating func tooDeep(_ range: SourceRange) -> Failure {
        fail(
            "expression is nested more than \(Self.nestingLimit) levels deep",
            SourceRange(range.lower, min(range.lower + 1, range.upper)),
            hint: "give its parts names of their own")
    }
}
