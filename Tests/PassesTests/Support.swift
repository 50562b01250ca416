import GraphDSL
import GraphIR
import Interpreter
import Passes
import TestSupport
import Testing

/// The graph of a text that has to compile.
func compiled(_ text: String, _ overrides: [(name: String, value: String)] = []) throws -> Graph {
    let (graph, diagnostics) = compileGraph(text: text, fileName: "test.graph", overrides: overrides)
    return try #require(graph, "\(diagnostics)")
}

/// A graph of the folder `graphs`, at a small size.
func bundled(_ name: String, width: Int, size: Int) throws -> Graph {
    let text = String(decoding: try readBytes(checkoutFolder() + "/graphs/" + name), as: UTF8.self)
    return try compiled(text, [("width", "\(width)"), ("size", "\(size)")])
}

/// A graph that many tests go through.
struct NamedGraph: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var build: @Sendable () throws -> Graph

    static let nets: [NamedGraph] = [
        NamedGraph(testDescription: "SampleGraph.smallUNet") { try SampleGraph.smallUNet() },
        NamedGraph(testDescription: "unet-small.graph") { try bundled("unet-small.graph", width: 2, size: 8) },
        NamedGraph(testDescription: "unet.graph") { try bundled("unet.graph", width: 1, size: 16) },
    ]

    static let random: [NamedGraph] = (0..<20).map { seed in
        NamedGraph(testDescription: "random graph \(seed)") { try compiled(randomGraphText(seed: UInt64(seed))) }
    }
}

/// Compares what callers can read of two graphs of the same leaves: outputs, loss and gradients.
func resultMismatch(_ expected: Graph, _ found: Graph, batch: Int = 2, tolerance: Double = 1e-12) throws -> String? {
    let leaves = randomLeaves(of: expected, batch: batch, seed: 7)
    let (a, b) = (
        try interpret(expected, batch: batch, values: leaves), try interpret(found, batch: batch, values: leaves)
    )
    let (x, y) = (results(of: expected), results(of: found))
    guard x.map(\.name) == y.map(\.name) else { return "results \(x.map(\.name)) became \(y.map(\.name))" }
    for (p, q) in zip(x, y) {
        let problem = mismatch(p.name, expected: a[p.node.index], found: b[q.node.index], tolerance: tolerance)
        if let problem { return problem }
    }
    return nil
}

private func results(of graph: Graph) -> [NamedValue] {
    graph.outputs + (graph.loss.map { [NamedValue("loss", $0)] } ?? [])
        + graph.gradients.map { NamedValue("grad." + graph[$0.of].name, $0.gradient) }
}

/// `conv + relu_gradient` for a node called `name`; nil when there is none.
func operation(_ name: String, _ graph: Graph) -> String? {
    graph.id(named: name).map { id in
        ([graph[id].op.mnemonic] + graph[id].epilogue.map(\.function.mnemonic)).joined(separator: " + ")
    }
}
