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
            fatalError("the importer made \(graph[id].name) of another shape than \(graph[id].type)")
        }
        guard case .formatted(let text) = formatGraph(file) else { fatalError("an imported graph cannot be formatted") }
        var net = self
        net.text = text
        return net
    }
}
