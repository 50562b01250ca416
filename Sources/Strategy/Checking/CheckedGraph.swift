import Base
import Diagnostics
import FileAccess
import GraphDSL
import GraphIR

/// A graph's file with everything that was found in it.
public struct CheckedGraph: Sendable {
    /// The file's name as the user gave it; `-` is standard input.
    public let path: String
    /// Empty where the file could not be read.
    public let file: SourceFile
    /// Nil where there are errors.
    public let graph: Graph?
    public let diagnostics: [Diagnostic]
    private let failure: FileError?

    /// Reads and elaborates the file.
    public init(path: String, overrides: [(name: String, value: String)]) {
        self.path = path
        do {
            file = try GraphFile.read(path)
            failure = nil
            (graph, diagnostics) = compileGraph(file, overrides: overrides)
        } catch {
            file = SourceFile(name: GraphFile.name(of: path), bytes: [])
            failure = error
            graph = nil
            diagnostics = [Diagnostic(error.message, at: nil, hint: error.hint)]
        }
    }

    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The findings as they are shown on a terminal; empty for none, else ending in a line break.
    public var rendered: String {
        if let failure { return failure.description + "\n" }
        return DiagnosticRenderer(file: file).render(diagnostics)
    }

    /// The findings as the error of whoever needs the graph.
    public var error: DriverError { DriverError(rendered.trimmingNewlines) }
}
