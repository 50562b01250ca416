/// Prints a layout: two blanks a level, lines of up to 100 columns where they can be broken, one statement a line.
struct LayoutPrinter {
    static let lineWidth = 100
    private static let step = 2

    private var lines: [String] = []

    /// The whole file, ending in a line break.
    static func text(_ declarations: [LayoutEntry]) -> String {
        var printer = LayoutPrinter()
        printer.printDeclarations(declarations)
        return printer.lines.map { $0 + "\n" }.joined()
    }

    /// Declarations, with an empty line between them.
    private mutating func printDeclarations(_ entries: [LayoutEntry]) {
        var isBehindDeclaration = false
        for entry in entries {
            if entry.isBlank {
                isBehindDeclaration = false
            } else if isBehindDeclaration {
                lines.append("")
                isBehindDeclaration = false
            }
            printEntries([entry], indent: 0)
            if entry.isStatement { isBehindDeclaration = true }
        }
    }

    /// Statements of one body: each as lines of its own, neighbours aligned.
    private mutating func printEntries(_ entries: [LayoutEntry], indent: Int) {
        var rows: [LayoutRow] = []
        for entry in entries {
            switch entry.kind {
            case .blank:
                flush(&rows, indent)
                lines.append("")
            case .comment(let text):
                flush(&rows, indent)
                lines.append(blanks(indent) + text)
            case .data(let keyword, let name, let type):
                let row = LayoutRow.data(keyword, name, flat(type), entry.trailing)
                add(row, to: &rows, "\(keyword) \(name):", type, entry, indent)
            case .definition(let name, let value):
                let row = LayoutRow.definition(name, value, flat(value), entry.trailing)
                add(row, to: &rows, "\(name) =", value, entry, indent)
            case .plain(let words, let value):
                add(.plain("\(words) \(flat(value))", entry.trailing), to: &rows, words, value, entry, indent)
            case .options(let options, let isOneLine):
                printOptions(options, isOneLine: isOneLine, entry, &rows, indent)
            case .body(let words, let arguments, let comment, let body):
                flush(&rows, indent)
                lines += broken(words, arguments, isCall: true, suffix: " {", comment, indent)
                printEntries(body, indent: indent + Self.step)
                lines.append(blanks(indent) + "}" + behind(entry.trailing))
            }
        }
        flush(&rows, indent)
    }

    /// A statement that fits on a line joins its neighbours, another one is broken.
    private mutating func add(
        _ row: LayoutRow, to rows: inout [LayoutRow], _ prefix: String, _ value: [LayoutPiece], _ entry: LayoutEntry,
        _ indent: Int
    ) {
        if !value.contains(where: \.hasComments), indent + prefix.count + 1 + flat(value).count <= Self.lineWidth {
            rows.append(row)
            return
        }
        flush(&rows, indent)
        lines += broken(prefix, value, isCall: false, suffix: "", entry.trailing, indent)
    }

    private mutating func printOptions(
        _ options: [LayoutEntry], isOneLine: Bool, _ entry: LayoutEntry, _ rows: inout [LayoutRow], _ indent: Int
    ) {
        let parts = options.compactMap { option in
            if case .plain(let words, let value) = option.kind { words + " " + flat(value) } else { nil }
        }
        let line = parts.isEmpty ? "train { }" : "train { " + parts.joined(separator: "   ") + " }"
        if isOneLine, indent + line.count <= Self.lineWidth {
            rows.append(.plain(line, entry.trailing))
            return
        }
        flush(&rows, indent)
        lines.append(blanks(indent) + "train {")
        printEntries(options, indent: indent + Self.step)
        lines.append(blanks(indent) + "}" + behind(entry.trailing))
    }

    private mutating func flush(_ rows: inout [LayoutRow], _ indent: Int) {
        lines += aligned(rows, width: Self.lineWidth - indent).map { blanks(indent) + $0 }
        rows = []
    }

    // MARK: Long statements

    /// A statement on several lines where one is too narrow: broken behind its loosest operators, else in its last
    /// parentheses.
    /// - Parameters:
    ///   - isCall: no blank between the prefix and the value.
    ///   - suffix: what stands behind the value on its last line.
    ///   - comment: what stands behind that; it may run over the width.
    private func broken(
        _ prefix: String, _ value: [LayoutPiece], isCall: Bool, suffix: String, _ comment: String?, _ indent: Int
    ) -> [String] {
        let start = blanks(indent) + prefix + (isCall || prefix.isEmpty || value.isEmpty ? "" : " ")
        let line = start + flat(value) + suffix
        let hasComments = value.contains(where: \.hasComments)
        if !hasComments, line.count <= Self.lineWidth { return [line + behind(comment)] }
        let terms = terms(of: value)
        if terms.count > 1 { return brokenTerms(start, terms, suffix, comment, indent) }
        guard case .group(let group)? = value.last, !group.elements.isEmpty || !group.closing.isEmpty else {
            return [line + behind(comment)]
        }
        let head = start + flat(Array(value.dropLast())) + separator(value) + group.open
        let tail = blanks(indent) + group.close + suffix + behind(comment)
        return [head] + content(of: group, indent + Self.step) + [tail]
    }

    /// The blank that belongs before the last piece.
    private func separator(_ pieces: [LayoutPiece]) -> String {
        guard pieces.count > 1, let last = pieces.last else { return "" }
        return needsBlank(pieces[pieces.count - 2], last) ? " " : ""
    }

    private func brokenTerms(
        _ start: String, _ terms: [[LayoutPiece]], _ suffix: String, _ comment: String?, _ indent: Int
    ) -> [String] {
        var result: [String] = []
        for (index, term) in terms.enumerated() {
            let isLast = index == terms.count - 1
            var operand = term
            var end = suffix
            if !isLast, case .infix(let symbol)? = operand.popLast() { end = " " + symbol }
            let inner = indent + (index == 0 ? 0 : Self.step)
            let prefix = index == 0 ? String(start.dropFirst(indent)) : ""
            result += broken(prefix, operand, isCall: true, suffix: end, isLast ? comment : nil, inner)
        }
        return result
    }

    /// The summands, or the factors where there is one summand; each but the last ends with its operator.
    private func terms(of pieces: [LayoutPiece]) -> [[LayoutPiece]] {
        let parts = split(pieces, behind: ["+", "-"])
        return parts.count > 1 ? parts : split(pieces, behind: ["*", "/"])
    }

    private func split(_ pieces: [LayoutPiece], behind symbols: [String]) -> [[LayoutPiece]] {
        var parts: [[LayoutPiece]] = [[]]
        for piece in pieces {
            parts[parts.count - 1].append(piece)
            if case .infix(let symbol) = piece, symbols.contains(symbol) { parts.append([]) }
        }
        return parts
    }

    /// Elements on one line if they fit, else one a line.
    private func content(of group: LayoutGroup, _ indent: Int) -> [String] {
        let line = group.elements.map { flat($0.pieces) }.joined(separator: ", ")
        if !group.hasComments, indent + line.count <= Self.lineWidth { return [blanks(indent) + line] }
        var result: [String] = []
        for (index, element) in group.elements.enumerated() {
            result += element.leading.map { blanks(indent) + $0 }
            let comma = index < group.elements.count - 1 ? "," : ""
            result += broken("", element.pieces, isCall: true, suffix: comma, element.trailing, indent)
        }
        return result + group.closing.map { blanks(indent) + $0 }
    }

    private func behind(_ comment: String?) -> String { comment.map { "  " + $0 } ?? "" }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}

/// Pieces on one line.
func flat(_ pieces: [LayoutPiece]) -> String {
    var text = ""
    var last: LayoutPiece?
    for piece in pieces {
        if let last, needsBlank(last, piece) { text += " " }
        text += flat(piece)
        last = piece
    }
    return text
}

private func flat(_ piece: LayoutPiece) -> String {
    switch piece {
    case .word(let text), .infix(let text): text
    case .sign: "-"
    case .colon: ":"
    case .group(let group):
        group.open + group.elements.map { flat($0.pieces) }.joined(separator: ", ") + group.close
    }
}

private func needsBlank(_ first: LayoutPiece, _ second: LayoutPiece) -> Bool {
    switch (first, second) {
    case (.sign, _), (_, .colon): false
    // `relu(`, `classes[`
    case (.word, .group): false
    default: true
    }
}
