import Diagnostics

/// What formatting a graph's text came to.
public enum FormattingResult: Sendable {
    /// The canonical text.
    case formatted(String)
    /// The text does not parse, for these reasons.
    case unreadable([Diagnostic])
    /// The formatter would have changed the graph, which is a bug of ours.
    case failed
}

/// Lays a graph's text out canonically: indentation, blanks, line breaks, alignment. Comments and single empty lines
/// stay; the syntax tree does too, which is checked. Formatting the result changes nothing.
public func formatGraph(_ file: SourceFile) -> FormattingResult {
    if let diagnostic = unreadable(file) { return .unreadable([diagnostic]) }
    var parser = Parser(file)
    let before = parser.parseFile()
    guard !parser.diagnostics.hasErrors else { return .unreadable(parser.diagnostics.finished()) }
    var reader = LayoutReader(file, tokens: parser.tokens, comments: parser.comments)
    let text = LayoutPrinter.text(reader.run())

    let result = SourceFile(name: file.name, text: text)
    var check = Parser(result)
    let after = check.parseFile()
    let isSame = before.description == after.description && parser.comments.count == check.comments.count
    return check.diagnostics.isEmpty && isSame ? .formatted(text) : .failed
}
