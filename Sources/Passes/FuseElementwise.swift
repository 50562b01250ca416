import GraphIR

/// Moves elementwise functions into the epilogue of the node that makes their operand, so that the value is finished
/// while it is still in registers or cache: `conv → relu` becomes `conv then relu`, the mask of a ReLU's gradient moves
/// into the convolution or pooling that makes the incoming gradient, and the sum over a skip connection's two consumers
/// into the later of them.
///
/// Contract: the graph computes the same values; a node is absorbed only where nobody else reads what it consumes, and
/// results that callers read keep their nodes.
public func fuseElementwise(_ graph: Graph) -> Graph {
    var fusion = Fusion(graph)
    return fusion.run()
}

private struct Fusion {
    private var graph: Graph
    /// The node that now makes the value of an absorbed node.
    private var absorbed: [Bool]
    private let users: [[NodeID]]
    private let results: Set<NodeID>

    /// Functions behind one operator: more gain nothing, and make kernels that a C compiler takes long over.
    private static let epilogueLimit = 32
    /// How often a kernel may compute what the operator makes: a function behind a function stands in the place of each use
    /// of its operand.
    private static let copyLimit = 256

    init(_ graph: Graph) {
        self.graph = graph
        absorbed = Array(repeating: false, count: graph.nodes.count)
        users = graph.users()
        results = Set(graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []) + graph.gradients.map(\.gradient))
    }

    mutating func run() -> Graph {
        for id in graph.ids { fuse(id) }
        var rewriter = GraphRewriter(source: graph)
        for id in graph.ids where !absorbed[id.index] { rewriter.copy(graph[id], for: id) }
        return rewriter.finish(from: graph)
    }

    /// Lets `id`, an elementwise node, take over its producer's operator.
    private mutating func fuse(_ id: NodeID) {
        let node = graph[id]
        guard case .elementwise(let function) = node.op, node.type.isBatched, node.epilogue.isEmpty,
            let position = producerPosition(of: node, function, at: id)
        else { return }
        let producer = node.inputs[position]
        var others = node.inputs
        others.remove(at: position)
        var fused = graph[producer]
        // What is absorbed is not read again: the list moves on, where a copy at each function would be a square of them.
        graph[producer].epilogue = []
        fused.epilogue.append(FusedStep(function, others))
        fused.name = node.name
        fused.origin = node.origin
        graph[id] = fused
        absorbed[producer.index] = true
    }

    /// The operand whose producer can absorb the function: only the first one of functions that are not symmetric.
    private func producerPosition(of node: Node, _ function: Elementwise, at id: NodeID) -> Int? {
        let positions = 0..<(function.isSymmetric ? function.operandCount : 1)
        // The later producer is the one whose result is still warm.
        return positions.filter { canAbsorb(node.inputs[$0], into: id, among: node.inputs) }
            .max { node.inputs[$0] < node.inputs[$1] }
    }

    private func copies(of node: Node) -> Int {
        node.epilogue.reduce(1) { copies, step in
            min(copies * max(1, step.function.formula.uses(ofOperand: 0)), Self.copyLimit + 1)
        }
    }

    private func canAbsorb(_ producer: NodeID, into id: NodeID, among inputs: [NodeID]) -> Bool {
        users[producer.index] == [id] && !results.contains(producer) && inputs.filter { $0 == producer }.count == 1
            && graph[producer].op.acceptsEpilogue && !absorbed[producer.index]
            && graph[producer].epilogue.count < Self.epilogueLimit && copies(of: graph[producer]) <= Self.copyLimit
    }
}

extension Op {
    /// True for operators whose kernels apply an epilogue to each element they store.
    var acceptsEpilogue: Bool {
        switch self {
        case .conv, .convTranspose, .convDataGradient, .maxPool, .maxUnpool, .maxPick, .resample, .resampleGradient,
            .broadcast(.apply), .broadcast(.sum), .broadcast(.mean), .normalize, .normalization(.normalize),
            .normalization(.gradient), .layerNormalization(.normalize), .layerNormalization(.gradient), .elementwise:
            true
        case .input, .target, .parameter, .cotangent, .one, .convWeightGradient, .channelSum, .broadcast, .concat,
            .channelSlice, .channelPad, .relayout, .normalization, .layerNormalization, .softmax, .softmaxGradient,
            .sampleLoss,
            .sampleLossGradient, .classLoss,
            .batchMean, .batchMeanGradient, .update:
            false
        }
    }
}
