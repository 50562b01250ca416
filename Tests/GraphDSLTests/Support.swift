import Diagnostics
import GraphDSL
import GraphIR
import Testing

import Platform

/// The text of a file, named relative to the checkout.
func repositoryText(_ path: String, testFile: String = #filePath) throws -> String {
    let root = testFile.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let file = try #require(fopen(root + "/" + path, "r"), "cannot open \(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { break }
        bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The compiled graph; a failure shows the diagnostics.
func compiled(
    _ text: String, _ overrides: [(name: String, value: String)] = [],
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> Graph {
    let (graph, diagnostics) = compileGraph(text: text, fileName: "test.graph", overrides: overrides)
    let shown = rendered(diagnostics, text)
    let result = try #require(graph, "\(shown)", sourceLocation: sourceLocation)
    #expect(verify(result).map(\.description) == [], sourceLocation: sourceLocation)
    return result
}

func rendered(_ diagnostics: [Diagnostic], _ text: String) -> String {
    DiagnosticRenderer(file: SourceFile(name: "test.graph", text: text)).render(diagnostics)
}

/// `name: type` of each parameter, in graph order.
func parameterList(_ graph: Graph) -> [String] { graph.parameters.map { "\(graph[$0].name): \(graph[$0].type)" } }

/// Every node but parameters as `name = op(operand names): type`.
func nodeList(_ graph: Graph) -> [String] {
    graph.nodes.filter { !$0.name.hasSuffix(".weight") && !$0.name.hasSuffix(".bias") }.map { node in
        let operands = node.inputs.map { graph[$0].name }.filter { !$0.hasSuffix(".weight") && !$0.hasSuffix(".bias") }
        return "\(node.name) = \(node.op.mnemonic)(\(operands.joined(separator: ", "))): \(node.type)"
    }
}
