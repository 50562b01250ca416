import GraphIR
import Interpreter

/// Random values for all leaves of a graph, by name: targets in 0 … 1, or class numbers where a loss of classes reads
/// them, with those that it ignores; variances above 0; everything else spread over −1 … 1.
public func randomLeaves(of graph: Graph, batch: Int, seed: UInt64) -> [String: Tensor] {
    var random = SplitMix64(seed: seed)
    var values: [String: Tensor] = [:]
    for (index, node) in graph.nodes.enumerated() where node.op.isLeaf {
        var drawn = random.spread(node.type.elementCount(batch: batch))
        switch node.op {
        case .target:
            let classes = classNumbers(of: NodeID(index), in: graph)
            drawn = drawn.map { ($0 + 1) / 2 }
            if !classes.isEmpty { drawn = drawn.map { Double(classes[Int($0 * Double(classes.count))]) } }
        case .parameter(.runningVariance, _): drawn = drawn.map { $0 + 1.5 }
        default: break
        }
        values[node.name] = Tensor(shape: interpretedShape(node.type, batch: batch), values: drawn)
    }
    return values
}

/// The class numbers that a target may have; empty for one that has other values.
private func classNumbers(of target: NodeID, in graph: Graph) -> [Int] {
    for node in graph.nodes where node.inputs.dropFirst().first == target {
        switch node.op {
        case .classLoss(.crossEntropy(let loss)), .classLoss(.crossEntropyGradient(let loss)):
            let channels = graph[node.inputs[0]].type.shape[0]
            return Array(0..<channels) + [loss.ignored].compactMap { $0 }
        default: break
        }
    }
    return []
}

/// Compares the gradients of a differentiated graph with central differences of the graph it was made from.
///
/// What is differentiated is the loss, or `Σ output · cotangent` with random cotangents where there is none. Every
/// binding is compared at up to `samples` places.
/// - Parameters:
///   - graph: the graph without gradients.
///   - differentiated: the same graph after differentiation.
///   - values: leaves that should not be random, by name.
/// - Returns: what is wrong: a gradient that is all zero, or differs by more than `tolerance` of the largest difference
///   quotient; nil when all is well.
/// - Throws: `InterpreterError`.
public func gradientMismatch(
    of graph: Graph, differentiated: Graph, batch: Int = 2, seed: UInt64 = 1, values: [String: Tensor] = [:],
    samples: Int = 40, tolerance: Double = 1e-6
) throws -> String? {
    guard !differentiated.gradients.isEmpty else { return "the differentiated graph has no gradients" }
    let leaves = randomLeaves(of: differentiated, batch: batch, seed: seed).merging(values) { $1 }
    let results = try interpret(differentiated, batch: batch, values: leaves)
    var random = SplitMix64(seed: seed &+ 1)
    for binding in differentiated.gradients {
        let name = differentiated[binding.of].name
        let gradient = results[binding.gradient.index]
        guard gradient.values.contains(where: { $0 != 0 }) else { return "the gradient of '\(name)' is all zero" }
        let places = Array(gradient.values.indices.shuffled(using: &random).prefix(samples))
        let expected = try places.map { place in
            try differenceQuotient(of: graph, batch: batch, leaves: leaves, name, place)
        }
        let problem = mismatch(
            "gradient of '\(name)' at \(places.count) places \(places)",
            expected: Tensor(shape: [places.count], values: expected),
            found: Tensor(shape: [places.count], values: places.map { gradient.values[$0] }), tolerance: tolerance)
        if let problem { return problem }
    }
    return nil
}

/// `(f(v + h) − f(v − h)) / 2h` for one value of one leaf.
private func differenceQuotient(
    of graph: Graph, batch: Int, leaves: [String: Tensor], _ name: String, _ place: Int
) throws -> Double {
    let step = 1e-5
    func objective(_ change: Double) throws -> Double {
        var moved = leaves
        moved[name]?.values[place] += change
        let results = try interpret(graph, batch: batch, values: moved)
        if let loss = graph.loss { return results[loss.index].values[0] }
        return graph.outputs.reduce(0) { sum, output in
            let cotangent = leaves["cotangent.\(output.name)"]?.values ?? []
            return sum + zip(results[output.node.index].values, cotangent).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }
    return (try objective(step) - objective(-step)) / (2 * step)
}
