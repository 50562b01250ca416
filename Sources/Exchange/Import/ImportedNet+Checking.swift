import Diagnostics
import GraphDSL

extension ImportedNet {
    /// The net with its text in the usual layout, once the compiler has taken it and its parameters are those of the graph.
    /// - Throws: `ExchangeError` with what the compiler says.
    func checked() throws(ExchangeError) -> ImportedNet {
        let file = SourceFile(name: "imported.graph", text: text)
        let (graph, diagnostics) = compileGraph(file)
        guard let graph else {
            throw ExchangeError(
                "the graph that it becomes is refused:\n" + DiagnosticRenderer(file: file).render(diagnostics))
        }
        let found = Dictionary(tensors.map { ($0.name, $0.shape) }) { first, _ in first }
        for id in graph.parameters where found[graph[id].name] != graph[id].type.shape {
            // A fault of the importer, which somebody else's model brings to light: nothing is written then.
            throw ExchangeError(
                "the parameter \"\(graph[id].name)\" of the graph that it becomes has the shape \(graph[id].type.shape), "
                    + "and its values \(found[graph[id].name].map { "\($0)" } ?? "are missing")",
                hint: "this is a fault of unetc import; please report it with the model")
        }
        var net = self
        net.structureHash = graph.structureHash
        if case .formatted(let text) = formatGraph(file) { net.text = text }
        return net
    }
}
