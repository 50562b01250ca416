import Base
import GraphIR

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

/// Leaves with weights and biases so much smaller that maps stay of order one in deep nets.
public func shrunkParameters(of graph: Graph, _ leaves: [String: Tensor]) -> [String: Tensor] {
    var shrunk = leaves
    for id in graph.parameters {
        guard case .parameter(_, let fanIn) = graph[id].op, let tensor = leaves[graph[id].name] else { continue }
        let scale = (3 / Double(fanIn)).squareRoot()
        shrunk[graph[id].name] = Tensor(shape: tensor.shape, values: tensor.values.map { $0 * scale })
    }
    return shrunk
}

/// The class numbers that a target may have; empty for one that has other values.
private func classNumbers(of target: NodeID, in graph: Graph) -> [Int] {
    graph.classes(of: target).map { Array(0..<$0.count) + [$0.ignored].compactMap { $0 } } ?? []
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

/// Compares how fast the loss changes along random directions, in which all parameters move at once, with what the
/// gradients say of it. Two evaluations a direction, however many parameters there are: for whole nets.
///
/// - Parameters:
///   - graph: the graph without gradients; it has a loss.
///   - differentiated: the same graph after differentiation.
///   - tolerance: of the sum of what each parameter alone contributes. Every ReLU whose operand changes its sign within a
///     step of 1e-7 adds a little.
/// - Returns: what is wrong: a gradient that is all zero, or a direction in which the two differ; nil when all is well.
/// - Throws: `InterpreterError`.
public func directionMismatch(
    of graph: Graph, differentiated: Graph, batch: Int = 2, seed: UInt64 = 1, directions: Int = 3,
    tolerance: Double = 1e-5
) throws -> String? {
    guard let loss = graph.loss else { return "the graph has no loss" }
    let leaves = shrunkParameters(of: graph, randomLeaves(of: differentiated, batch: batch, seed: seed))
    let results = try interpret(differentiated, batch: batch, values: leaves)
    let gradients = differentiated.gradients.map { (differentiated[$0.of].name, results[$0.gradient.index].values) }
    for (name, values) in gradients where !values.contains(where: { $0 != 0 }) {
        return "the gradient of '\(name)' is all zero"
    }
    var random = SplitMix64(seed: seed &+ 1)
    for direction in 0..<directions {
        let moves = gradients.map { random.spread($1.count) }
        func objective(_ step: Double) throws -> Double {
            var moved = leaves
            for ((name, _), move) in zip(gradients, moves) {
                for (place, change) in move.enumerated() { moved[name]?.values[place] += step * change }
            }
            return try interpret(graph, batch: batch, values: moved)[loss.index].values[0]
        }
        let step = 1e-7
        let found = (try objective(step) - objective(-step)) / (2 * step)
        let parts = zip(gradients, moves).map { gradient, move in zip(gradient.1, move).reduce(0) { $0 + $1.0 * $1.1 } }
        let (expected, scale) = (parts.reduce(0, +), parts.reduce(0) { $0 + abs($1) })
        guard abs(found - expected) <= tolerance * scale else {
            return "along direction \(direction) the loss changes by \(found), the gradients say \(expected)"
        }
    }
    return nil
}
