import Diagnostics
import GraphIR

/// Compiles a graph's text: parses it, checks it, expands its blocks and infers every shape.
///
/// - Parameters:
///   - text: The text of a `.graph` file.
///   - fileName: Its name in diagnostics and in the nodes' origins.
///   - overrides: Values of graph parameters, as `-D name=value` gives them; the last one of a name counts.
/// - Returns: The graph, or nil when there are errors; and all findings in the order of the text, which a
///   `DiagnosticRenderer` of the same text shows. Warnings come only without errors.
public func compileGraph(
    text: String, fileName: String, overrides: [(name: String, value: String)] = []
) -> (graph: Graph?, diagnostics: [Diagnostic]) {
    compileGraph(SourceFile(name: fileName, text: text), overrides: overrides)
}

/// As `compileGraph(text:fileName:overrides:)`, for a file whose bytes may be anything.
public func compileGraph(
    _ file: SourceFile, overrides: [(name: String, value: String)] = []
) -> (graph: Graph?, diagnostics: [Diagnostic]) {
    if let diagnostic = unreadable(file) { return (nil, [diagnostic]) }
    var parser = Parser(file)
    let syntax = parser.parseFile()
    var elaborator = Elaborator(syntax, file: file, diagnostics: parser.diagnostics)
    let graph = elaborator.run(overrides: overrides)
    // What is wrong with one value of a parameter is said once, not wherever it leads to something.
    if graph == nil, !parser.diagnostics.hasErrors,
        let finding = ParameterFault(syntax: syntax, file: file, overrides: overrides).finding(of: elaborator)
    {
        return (nil, [finding])
    }
    return (graph, elaborator.diagnostics.finished())
}

/// Parses a graph's text without looking at names and shapes.
///
/// - Returns: The tree, whose `description` shows it (`unetc dump --stage parsed`), and what could not be read.
public func parse(text: String, fileName: String) -> (syntax: GraphSyntax, diagnostics: [Diagnostic]) {
    parse(SourceFile(name: fileName, text: text))
}

/// As `parse(text:fileName:)`, for a file whose bytes may be anything.
public func parse(_ file: SourceFile) -> (syntax: GraphSyntax, diagnostics: [Diagnostic]) {
    if let diagnostic = unreadable(file) { return (GraphSyntax(), [diagnostic]) }
    var parser = Parser(file)
    let syntax = parser.parseFile()
    return (syntax, parser.diagnostics.finished())
}

/// Why the file cannot be a graph's text, whatever stands in it.
func unreadable(_ file: SourceFile) -> Diagnostic? {
    if file.bytes.count > graphFileSizeLimit {
        return Diagnostic(
            "the file is larger than the \(graphFileSizeLimit >> 20) MiB that are read", at: SourceRange(0, 0),
            hint: "is it a graph file?")
    }
    return file.encodingError
}

/// Bytes of the largest file that is read: more than the text of as many nodes as a graph can have.
public let graphFileSizeLimit = 4 << 20
