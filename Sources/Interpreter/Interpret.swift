import GraphIR

/// Why a graph cannot be interpreted.
public struct InterpreterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// In lower case, with names in quotes, expected against found.
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}

/// What random functions depend on besides their operands.
public struct Randomness: Hashable, Sendable {
    /// Of the run.
    public var seed: UInt64
    /// Of the optimiser, from 1.
    public var step: Int64

    public init(seed: UInt64 = 0, step: Int64 = 1) {
        self.seed = seed
        self.step = step
    }
}

/// Computes every node of a graph in Double, straight from the formulas: what all other ways to run it are judged by.
///
/// - Parameters:
///   - batch: the number of samples, at least 1.
///   - values: the leaves by name: inputs, targets, parameters and cotangents. Batched ones have the batch as their
///     first dimension.
/// - Returns: the value of each node, by the node's index; effects such as an `update` change nothing
///   and have an empty value.
/// - Throws: `InterpreterError` when the graph is not well formed, or when a leaf has no value or one of another shape.
public func interpret(
    _ graph: Graph, batch: Int, values: [String: Tensor], randomness: Randomness = Randomness()
) throws(InterpreterError) -> [Tensor] {
    guard batch > 0 else { throw InterpreterError("expected a batch of at least one sample, found \(batch)") }
    if let violation = verify(graph).first {
        throw InterpreterError("graph '\(graph.name)' is not well formed: \(violation)")
    }
    var results: [Tensor] = []
    results.reserveCapacity(graph.nodes.count)
    for node in graph.nodes {
        if node.op.isLeaf {
            results.append(try leaf(node, batch: batch, values: values))
            continue
        }
        results.append(
            interpret(node, operands: node.operands.map { results[$0.index] }, batch: batch, randomness: randomness))
    }
    return results
}

/// Computes one node that is no leaf.
/// - Parameter operands: of the node's types, in the order of `Node.operands`.
public func interpret(
    _ node: Node, operands: [Tensor], batch: Int, randomness: Randomness = Randomness()
) -> Tensor {
    var result = evaluate(
        node.op, Array(operands.prefix(node.inputs.count)), batch: batch, type: node.type, randomness)
    var rest = operands.dropFirst(node.inputs.count)
    for step in node.epilogue {
        result = apply(step.function, [result] + rest.prefix(step.operands.count), randomness)
        rest = rest.dropFirst(step.operands.count)
    }
    return node.type.element == .float32 ? result : result.rounded(as: node.type.element)
}

/// The shape of a node's value for `batch` samples.
public func interpretedShape(_ type: TensorType, batch: Int) -> [Int] { (type.isBatched ? [batch] : []) + type.shape }

private func leaf(_ node: Node, batch: Int, values: [String: Tensor]) throws(InterpreterError) -> Tensor {
    let expected = interpretedShape(node.type, batch: batch)
    guard let value = values[node.name] else {
        throw InterpreterError("\(node.op.mnemonic) '\(node.name)' has no value; expected one of shape \(expected)")
    }
    guard value.shape == expected, value.values.count == expected.reduce(1, *) else {
        throw InterpreterError(
            "\(node.op.mnemonic) '\(node.name)': expected shape \(expected), "
                + "found \(value.shape) with \(value.values.count) values")
    }
    return value
}

/// One operator on the values of its operands.
private func evaluate(
    _ op: Op, _ operands: [Tensor], batch: Int, type: TensorType, _ randomness: Randomness
) -> Tensor {
    let shape = interpretedShape(type, batch: batch)
    switch op {
    case .input, .target, .parameter, .cotangent: return Tensor(shape: shape)
    case .one: return Tensor(scalar: 1)
    case .conv(let g):
        let result = convolution(g, operands[0], weight: operands[1])
        return operands.count == 3 ? adding(bias: operands[2], to: result) : result
    case .convTranspose(let g):
        let result = convolutionDataGradient(g, operands[0], weight: operands[1])
        return operands.count == 3 ? adding(bias: operands[2], to: result) : result
    case .convDataGradient(let g): return convolutionDataGradient(g, operands[0], weight: operands[1])
    case .convWeightGradient(let g): return convolutionWeightGradient(g, operands[0], operands[1])
    case .channelSum: return channelSum(operands[0])
    case .maxPool(let g): return maxPool(g, operands[0])
    case .maxUnpool(let g): return maxUnpool(g, operands[0], operands[1])
    case .maxPick(let g): return maxPick(g, operands[0], operands[1])
    case .resample(let map): return resample(map, operands[0])
    case .resampleGradient(let map): return resampleGradient(map, operands[0])
    case .broadcast(let op): return broadcasting(op, operands, shape: shape)
    case .normalize(let constants): return normalized(operands[0], constants)
    case .normalization(let op): return normalization(op, operands, shape: shape)
    case .layerNormalization(let op): return layerNormalization(op, operands, shape: shape)
    case .softmax: return softmax(operands[0])
    case .softmaxGradient: return softmaxGradient(operands[0], operands[1])
    case .elementwise(let function): return apply(function, operands, randomness)
    case .concat: return concat(operands, shape: shape)
    case .channelSlice(let start, _): return channelSlice(operands[0], start: start, shape: shape)
    case .channelPad(let before, _): return channelPad(operands[0], before: before, shape: shape)
    case .relayout: return operands[0]
    case .sampleLoss(let loss): return sampleLoss(loss, operands[0], operands[1])
    case .sampleLossGradient(let loss): return sampleLossGradient(loss, operands[0], operands[1], operands[2])
    case .classLoss(let op): return classLoss(op, operands)
    case .batchMean: return Tensor(scalar: operands[0].values.reduce(0, +) / Double(batch))
    case .batchMeanGradient: return Tensor(shape: shape, repeating: operands[0].values[0] / Double(batch))
    case .update: return Tensor(shape: shape)
    }
}
