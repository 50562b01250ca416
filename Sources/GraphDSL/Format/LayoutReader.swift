import Diagnostics

/// Reads tokens and comments into a layout. The text is known to parse, so nothing is checked here.
struct LayoutReader {
    private enum Item {
        case token(Token.Kind, String)
        case comment(String)
    }

    private let items: [Item]
    private var index = 0
    /// Comments in the middle of an expression, which move to the line before.
    private var displaced: [String] = []

    /// - Parameters:
    ///   - tokens: all tokens of the file, line breaks included.
    ///   - comments: where its comments are, in order.
    init(_ file: SourceFile, tokens: [Token], comments: [SourceRange]) {
        var items: [Item] = []
        var next = comments[...]
        for token in tokens {
            while let comment = next.first, comment.lower < token.range.lower {
                items.append(.comment(file.text(in: comment).trimmingTrailingBlanks))
                next.removeFirst()
            }
            items.append(.token(token.kind, file.text(in: token.range)))
        }
        // The last token is the end of the file; comments that reach up to it stand before it.
        items.insert(
            contentsOf: next.map { .comment(file.text(in: $0).trimmingTrailingBlanks) }, at: max(0, items.count - 1))
        self.items = items
    }

    /// The declarations of the file.
    mutating func run() -> [LayoutEntry] { readEntries { $0.readStatement() } }

    // MARK: Items

    private var current: Item { items[index] }

    private func isPunctuation(_ symbol: Token.Punctuation) -> Bool {
        if case .token(.punctuation(symbol), _) = current { true } else { false }
    }

    private var isNewline: Bool {
        if case .token(.newline, _) = current { true } else { false }
    }

    private var isEndOfFile: Bool {
        if case .token(.endOfFile, _) = current { true } else { false }
    }

    private func isPunctuation(_ symbol: Token.Punctuation, at index: Int) -> Bool {
        guard index < items.count, case .token(.punctuation(symbol), _) = items[index] else { return false }
        return true
    }

    /// The text of the current token, which is consumed.
    private mutating func take() -> String {
        defer { index += 1 }
        switch current {
        case .token(_, let text): return text
        case .comment(let text): return text
        }
    }

    private mutating func skipNewlines() {
        while isNewline { index += 1 }
    }

    // MARK: Bodies

    /// Statements up to the closing brace, which is consumed, or to the end of the file.
    private mutating func readEntries(_ read: (inout LayoutReader) -> [LayoutEntry]) -> [LayoutEntry] {
        var entries: [LayoutEntry] = []
        // The brace's line counts as the first one.
        var newlines = 1
        while !isEndOfFile {
            switch current {
            case .token(.newline, _):
                newlines += 1
                index += 1
            case .token(.punctuation(.semicolon), _), .token(.punctuation(.comma), _):
                index += 1
            case .token(.punctuation(.rightBrace), _):
                index += 1
                return trimmed(entries)
            case .comment(let text):
                index += 1
                if newlines == 0, entries.last?.isStatement == true, entries.last?.trailing == nil {
                    entries[entries.count - 1].trailing = text
                } else {
                    if newlines > 1 { entries.append(LayoutEntry(.blank)) }
                    entries.append(LayoutEntry(.comment(text)))
                }
                newlines = 0
            default:
                if newlines > 1 { entries.append(LayoutEntry(.blank)) }
                newlines = 0
                let statement = read(&self)
                entries += displaced.map { LayoutEntry(.comment($0)) } + statement
                displaced = []
            }
        }
        return trimmed(entries)
    }

    /// No empty line at the beginning or at the end.
    private func trimmed(_ entries: [LayoutEntry]) -> [LayoutEntry] {
        var entries = entries[...]
        while entries.first?.isBlank == true { entries.removeFirst() }
        while entries.last?.isBlank == true { entries.removeLast() }
        return Array(entries)
    }

    private mutating func readStatement() -> [LayoutEntry] {
        let word = take()
        if isPunctuation(.equals) {
            index += 1
            return [LayoutEntry(.definition(name: word, value: readExpression()))]
        }
        switch word {
        case "input", "target":
            let name = take()
            index += 1
            return [LayoutEntry(.data(keyword: word, name: name, type: readExpression()))]
        case "output":
            let name = take()
            index += 1
            return [LayoutEntry(.plain(words: "output \(name) =", value: readExpression()))]
        case "train": return [readOptions()]
        case "graph", "block": return [readBody(word)]
        default: return [LayoutEntry(.plain(words: word, value: readExpression()))]
        }
    }

    private mutating func readBody(_ word: String) -> LayoutEntry {
        let words = word + " " + take()
        var comments = takeComments()
        var arguments: [LayoutPiece] = []
        if isPunctuation(.leftParenthesis) { arguments = [.group(readGroup())] }
        comments += takeComments()
        index += 1
        if case .comment(let text) = current {
            comments.append(text)
            index += 1
        }
        // One comment fits behind the brace, more go before the declaration.
        let headerComment = comments.popLast()
        let outer = displaced + comments
        displaced = []
        let entries = readEntries { $0.readStatement() }
        displaced = outer
        return LayoutEntry(.body(words: words, arguments: arguments, headerComment: headerComment, entries))
    }

    private mutating func readOptions() -> LayoutEntry {
        let outer = displaced + takeComments()
        displaced = []
        index += 1
        let start = index
        let entries = readEntries { reader in
            let key = reader.take()
            reader.index += 1
            return [LayoutEntry(.plain(words: key + ":", value: reader.readExpression(isOption: true)))]
        }
        displaced = outer
        let isOneLine = items[start..<index].allSatisfy { item in
            switch item {
            case .comment, .token(.newline, _): false
            default: true
            }
        }
        return LayoutEntry(.options(entries, isOneLine: isOneLine))
    }

    /// Comments between here and the next token.
    private mutating func takeComments() -> [String] {
        var comments: [String] = []
        while true {
            skipNewlines()
            guard case .comment(let text) = current else { return comments }
            comments.append(text)
            index += 1
        }
    }

    // MARK: Expressions

    /// An expression up to its line's end.
    /// - Parameter isOption: it also ends where the next `key:` begins.
    private mutating func readExpression(isOption: Bool = false) -> [LayoutPiece] {
        var pieces: [LayoutPiece] = []
        while true {
            if pieces.last?.asksForMore ?? false { displaced += takeComments() }
            guard case .token(let kind, _) = current else { return pieces }
            switch kind {
            case .newline, .endOfFile, .punctuation(.semicolon), .punctuation(.rightBrace), .punctuation(.comma):
                return pieces
            case .name where isOption && isPunctuation(.colon, at: index + 1): return pieces
            default: pieces.append(readPiece(behind: pieces.last))
            }
        }
    }

    private mutating func readPiece(behind last: LayoutPiece?) -> LayoutPiece {
        if isPunctuation(.leftParenthesis) || isPunctuation(.leftBracket) { return .group(readGroup()) }
        guard case .token(.punctuation(let symbol), let text) = current else { return .word(take()) }
        index += 1
        if symbol == .colon { return .colon }
        return symbol == .minus && last?.endsOperand != true ? .sign : .infix(text)
    }

    private mutating func readGroup() -> LayoutGroup {
        let isList = isPunctuation(.leftBracket)
        var group = LayoutGroup(open: isList ? "[" : "(", close: isList ? "]" : ")")
        index += 1
        var element = LayoutElement()
        // Whether a line break stands before the current item.
        var isNewLine = false
        while true {
            switch current {
            case .token(.newline, _):
                isNewLine = true
                index += 1
                continue
            case .comment(let text):
                index += 1
                place(text, isNewLine: isNewLine, &element, &group)
            case .token(.punctuation(.rightParenthesis), _), .token(.punctuation(.rightBracket), _):
                index += 1
                if element.pieces.isEmpty { group.closing += element.leading } else { group.elements.append(element) }
                return group
            case .token(.punctuation(.comma), _):
                index += 1
                group.elements.append(element)
                element = LayoutElement()
            default:
                // Between the parts of an element there is no place for a comment.
                if let comment = element.trailing {
                    element.leading.append(comment)
                    element.trailing = nil
                }
                element.leading += group.closing
                group.closing = []
                element.pieces.append(readPiece(behind: element.pieces.last))
            }
            isNewLine = false
        }
    }

    /// A comment in parentheses belongs to the element whose line it ends, else to the next one.
    private func place(_ text: String, isNewLine: Bool, _ element: inout LayoutElement, _ group: inout LayoutGroup) {
        if element.pieces.isEmpty {
            if !isNewLine, element.leading.isEmpty, let last = group.elements.indices.last,
                group.elements[last].trailing == nil
            {
                group.elements[last].trailing = text
            } else {
                element.leading.append(text)
            }
        } else if !isNewLine, element.trailing == nil {
            element.trailing = text
        } else {
            group.closing.append(text)
        }
    }
}

extension LayoutPiece {
    /// An operand is complete behind it, so that a minus is no sign.
    fileprivate var endsOperand: Bool {
        switch self {
        case .word, .group: true
        case .infix, .sign, .colon: false
        }
    }

    /// The line cannot end behind it.
    fileprivate var asksForMore: Bool {
        if case .infix = self { true } else { false }
    }
}

extension String {
    /// Without blanks, tabs and carriage returns at the end.
    fileprivate var trimmingTrailingBlanks: String {
        var scalars = unicodeScalars
        while let last = scalars.last, last == " " || last == "\t" || last == "\r" { scalars.removeLast() }
        return String(scalars)
    }
}
