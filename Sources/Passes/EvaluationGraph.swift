import GraphIR

/// What a graph computes when it is not being trained: normalisation over the batch uses the running moments that
/// training has counted up, dropout lets everything through, and nothing changes a parameter.
///
/// A normalisation right behind a convolution is folded into the convolution's weight and bias (Jacob et al.,
/// "Quantization and Training of Neural Networks", 2018, section 3.2), so that it costs nothing.
///
/// Contract: outputs and the loss stay; nodes of the forward pass only.
/// - Parameter foldsNormalizations: false leaves each normalisation on its own.
public func evaluationGraph(_ graph: Graph, foldsNormalizations: Bool = true) -> Graph {
    let running = withRunningMoments(graph)
    return removeDeadNodes(foldsNormalizations ? foldNormalization(running) : running)
}

/// The part of a graph that prediction needs: its outputs and what they depend on, as `evaluationGraph` computes them; no
/// loss, targets or gradients.
public func inferenceGraph(_ graph: Graph, foldsNormalizations: Bool = true) -> Graph {
    var forward = evaluationGraph(graph, foldsNormalizations: foldsNormalizations)
    forward.loss = nil
    forward.gradients = []
    return removeDeadNodes(forward, keepLeaves: false)
}

/// The graph without what changes parameters on the way: for gradients that leave everything as it is.
public func withoutEffects(_ graph: Graph) -> Graph {
    var rewriter = GraphRewriter(source: graph)
    for id in graph.ids where !graph[id].op.isEffect { rewriter.copy(graph[id], for: id) }
    return rewriter.finish(from: graph)
}

private func withRunningMoments(_ graph: Graph) -> Graph {
    let running = runningMoments(graph)
    var rewriter = GraphRewriter(source: graph)
    for id in graph.ids where !graph[id].op.isEffect {
        var node = graph[id]
        switch node.op {
        case .elementwise(let function) where function.isRandom: rewriter.replace(id, by: node.inputs[0])
        case .normalization(.moments(.batch)):
            if let parameters = running[id] {
                node.op = .normalization(.runningMoments)
                node.inputs = parameters
            }
            rewriter.copy(node, for: id)
        default: rewriter.copy(node, for: id)
        }
    }
    return rewriter.finish(from: graph)
}

/// For moments of the batch the parameters that keep their running mean and variance.
func runningMoments(_ graph: Graph) -> [NodeID: [NodeID]] {
    var found: [NodeID: [NodeID]] = [:]
    for id in graph.ids {
        guard case .normalization(.updateRunning(let row, _, _)) = graph[id].op else { continue }
        let (parameter, moments) = (graph[id].inputs[0], graph[id].inputs[1])
        found[moments, default: [parameter, parameter]][row] = parameter
    }
    return found
}
