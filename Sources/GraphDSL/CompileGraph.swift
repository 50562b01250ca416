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
    let file = SourceFile(name: fileName, text: text)
    var parser = Parser(file)
    let syntax = parser.parseFile()
    var collector = DiagnosticCollector()
    for diagnostic in parser.diagnostics { collector.report(diagnostic) }
    var elaborator = Elaborator(syntax, file: file, diagnostics: collector)
    let graph = elaborator.run(overrides: overrides)
    return (graph, elaborator.diagnostics.finished())
}

/// Parses a graph's text without looking at names and shapes.
///
/// - Returns: The tree, whose `description` shows it (`unetc dump --stage parsed`), and what could not be read.
public func parse(text: String, fileName: String) -> (syntax: GraphSyntax, diagnostics: [Diagnostic]) {
    var parser = Parser(SourceFile(name: fileName, text: text))
    let syntax = parser.parseFile()
    var collector = DiagnosticCollector()
    for diagnostic in parser.diagnostics { collector.report(diagnostic) }
    return (syntax, collector.finished())
}
