/// The lines of a text form, from the first to the last, without those that are blank or a comment.
package struct TextLines {
    private var rest: ArraySlice<TextScanner>
    /// The last line that has been taken, counted from 1.
    private(set) var line = 1

    package init(_ text: String) {
        var lines: [TextScanner] = []
        for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var scanner = TextScanner(line: index + 1, line)
            if !scanner.isAtEnd() && !scanner.sees("//") { lines.append(scanner) }
        }
        rest = lines[...]
    }

    /// Whether the next line starts with that word; does not take it.
    package func sees(word: String) -> Bool {
        var scanner = rest.first
        return scanner?.takes(word: word) ?? false
    }

    /// Takes the next line.
    /// - Parameter expected: what to ask for where the text is at its end.
    package mutating func next(_ expected: String) throws(GraphTextError) -> TextScanner {
        guard let scanner = rest.popFirst() else {
            throw GraphTextError(line: line, "expected \(expected), found the end of the text")
        }
        line = scanner.line
        return scanner
    }

    /// - Throws: when there are more lines.
    package func finish(behind what: String) throws(GraphTextError) {
        if let scanner = rest.first { throw scanner.failure("nothing behind \(what)") }
    }
}

extension TextScanner {
    /// Nothing but a comment may follow.
    package mutating func end() throws(GraphTextError) {
        if sees("//") { return }
        guard isAtEnd() else { throw failure("the end of the line") }
    }
}
