import GraphIR

/// Makes one convolution of a convolution and the normalisation by running moments behind it: the weight times
/// `scale · r` channel by channel, and a bias of what is left, `r = 1 / √(σ² + ε)`.
///
/// Contract: the graph computes the same values up to rounding; only where nobody else reads what the convolution makes.
/// - Parameter mayFold: whether an operand of what is folded may be a part of something that has no gradient.
func foldNormalization(_ graph: Graph, mayFold: (Graph, NodeID) -> Bool = { _, _ in true }) -> Graph {
    let users = graph.users()
    let results = Set(graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []))
    var rewriter = GraphRewriter(source: graph)
    var names = Set(graph.nodes.map(\.name))
    for id in graph.ids {
        guard case .normalization(.normalize(.batch, let epsilon)) = graph[id].op,
            let axis = foldedAxis(of: graph[id].inputs[0], in: graph),
            users[graph[id].inputs[0].index] == [id], !results.contains(graph[id].inputs[0]),
            case .normalization(.runningMoments) = graph[graph[id].inputs[1]].op,
            (graph[graph[id].inputs[0]].inputs.dropFirst() + graph[id].inputs.dropFirst()).allSatisfy({
                mayFold(graph, $0)
            })
        else {
            rewriter.copy(graph[id], for: id)
            continue
        }
        fold(id, axis: axis, epsilon: epsilon, graph, &rewriter, &names)
    }
    return rewriter.finish(from: graph)
}

/// The dimension of the weight along which the convolution's result is scaled; nil for what is no convolution.
private func foldedAxis(of id: NodeID, in graph: Graph) -> Int? {
    guard graph[id].epilogue.isEmpty else { return nil }
    switch graph[id].op {
    case .conv: return 0
    // The weight of a transposed convolution is OIHW of the convolution whose data gradient it is.
    case .convTranspose(let g): return g.groups == 1 ? 1 : nil
    default: return nil
    }
}

private func fold(
    _ id: NodeID, axis: Int, epsilon: Double, _ graph: Graph, _ rewriter: inout GraphRewriter,
    _ names: inout Set<String>
) {
    let node = graph[id]
    let convolution = graph[node.inputs[0]]
    let (moments, scale, shift) = (node.inputs[1], node.inputs[2], node.inputs[3])
    let weight = Node(
        op: .normalization(.foldedWeight(axis: axis, epsilon: epsilon)),
        inputs: [convolution.inputs[1], moments, scale], type: graph[convolution.inputs[1]].type,
        name: unused(node.name + ".folded_weight", &names), origin: node.origin)
    let bias = Node(
        op: .normalization(.foldedBias(epsilon: epsilon)),
        inputs: [moments, scale, shift] + convolution.inputs.dropFirst(2), type: graph[shift].type,
        name: unused(node.name + ".folded_bias", &names), origin: node.origin)
    let operands = [weight, bias].map { rewriter.insert($0) }
    var folded = node
    folded.op = convolution.op
    folded.inputs = [convolution.inputs[0]]
    rewriter.copy(folded, for: id, appending: operands)
}

/// The name, with underscores behind it while it is taken; takes it.
private func unused(_ name: String, _ names: inout Set<String>) -> String {
    var name = name
    while !names.insert(name).inserted { name += "_" }
    return name
}
