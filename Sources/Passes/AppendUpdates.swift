import GraphIR

/// Appends the optimiser's step on each parameter that has a gradient. The gradients are then no longer results: each
/// dies with the update that consumes it.
public func appendUpdates(_ graph: Graph) -> Graph {
    var graph = graph
    for binding in graph.gradients {
        let parameter = graph[binding.of]
        guard case .parameter = parameter.op else { continue }
        graph.append(
            Node(
                op: .update, inputs: [binding.of, binding.gradient], type: .fixed([0]),
                name: "update.\(parameter.name)",
                origin: Origin(location: parameter.origin.location, derivation: .update(of: parameter.name))))
    }
    graph.gradients = []
    return graph
}
