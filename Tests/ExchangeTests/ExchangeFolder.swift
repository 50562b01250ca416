import FileAccess
import GraphDSL
import GraphIR
import Testing

/// A folder for the files of one test, gone with the value.
final class ExchangeFolder {
    let path: String

    init() throws {
        path = "/tmp/unetc-exchange-tests-\(UInt64.random(in: 0 ... .max))"
        try Files.makeFolder(path)
    }

    deinit { Files.removeFolder(path) }
}

/// A graph's text, elaborated.
func compiled(_ text: String, _ overrides: [(name: String, value: String)] = []) throws -> Graph {
    let (graph, diagnostics) = compileGraph(text: text, fileName: "test.graph", overrides: overrides)
    return try #require(graph, "\(diagnostics.map(\.message))")
}
