import GraphIR
import Programs

/// The gradients of weights that wait until all parts of a step have been through the net.
///
/// Where a batch goes through the net in parts, sums of gradients take as much memory as the parameters do. Most of it
/// belongs to the deepest convolutions, whose maps are the smallest: there it takes less to keep what a gradient is made of,
/// the map that was read and the gradient of the result, of the whole batch, and to make the gradient once at the end.
public struct DeferredGradients: Hashable, Sendable {
    /// The nodes of a training graph that make the gradients, by name, in the graph's order.
    public let gradients: [String]
    /// The maps that are kept for them, by name, in the order in which the gradients read them.
    public let kept: [String]
    /// What their sums would take, in bytes.
    public let sumBytes: Int
    /// What is kept of a sample, in bytes.
    public let sampleBytes: Int

    /// Of the graph of a training program, the gradients whose sums would take more memory than what they are made of, for so
    /// many samples; nil where there are none.
    public init?(of graph: Graph, batch: Int) {
        let users = graph.users()
        var gradients: [String] = []
        var kept: [String] = []
        var (sums, sample) = (0, 0)
        for id in graph.ids {
            guard let operands = graph.deferrableOperands(id, users) else { continue }
            let added = operands.map { graph[$0] }.filter { !kept.contains($0.name) }
            let addedBytes = added.reduce(0) { $0 + $1.type.bytes }
            let sum = ([id] + graph.companions(of: id)).reduce(0) { $0 + graph[$1].type.parameterBytes }
            guard batch * addedBytes < sum else { continue }
            gradients.append(graph[id].name)
            kept += added.map(\.name)
            sums += sum
            sample += addedBytes
        }
        guard !gradients.isEmpty else { return nil }
        self.gradients = gradients
        self.kept = kept
        sumBytes = sums
        sampleBytes = sample
    }

    /// The training program without them.
    public func left(of program: Program) -> Program {
        let graph = program.graph
        let waiting = waiting(in: graph)
        var rewriter = GraphRewriter(source: graph)
        let kept = graph.ids.filter { !waiting.contains($0) }
        for id in kept { rewriter.copy(graph[id], for: id) }
        return Program(
            rewriter.finish(from: graph), layouts: kept.map(program.layout), made: kept.map(program.step))
    }

    /// The graph that makes them and updates their parameters: what is kept of the maps are inputs, of gradients cotangents.
    /// - Parameter graph: the one that they were found in.
    public func graph(from graph: Graph) -> Graph {
        let waiting = waiting(in: graph)
        var rewriter = GraphRewriter(source: graph)
        // All plans lay out all parameters.
        for id in graph.parameters { rewriter.copy(graph[id], for: id) }
        for id in kept.compactMap({ graph.id(named: $0) }) {
            var leaf = graph[id]
            leaf.op = leaf.origin.isBackward ? .cotangent : .input
            leaf.inputs = []
            leaf.epilogue = []
            leaf.host = nil
            rewriter.copy(leaf, for: id)
        }
        for id in graph.ids where waiting.contains(id) { rewriter.copy(graph[id], for: id) }
        return rewriter.result
    }

    /// The gradients, those that their kernels make beside, and the updates with them.
    private func waiting(in graph: Graph) -> Set<NodeID> {
        var waiting = Set(gradients.compactMap { graph.id(named: $0) })
        for id in graph.ids {
            let node = graph[id]
            let isBeside = node.host.map(waiting.contains) ?? false
            if isBeside || node.op == .update && waiting.contains(node.inputs[1]) { waiting.insert(id) }
        }
        return waiting
    }
}

extension Graph {
    /// What a weight's gradient is made of, if it can wait: nobody but an update reads it, and its operands are maps that
    /// the plan makes for others as well. One of them, and no more, is a gradient, which counts as much as its part of the
    /// batch.
    fileprivate func deferrableOperands(_ id: NodeID, _ users: [[NodeID]]) -> [NodeID]? {
        guard case .convWeightGradient = self[id].op, self[id].epilogue.isEmpty,
            ([id] + companions(of: id)).allSatisfy({ isReadByUpdatesAlone($0, users) }),
            self[id].inputs.allSatisfy({ isMadeForOthers($0, users) }),
            self[id].inputs.count(where: { self[$0].origin.isBackward }) == 1
        else { return nil }
        return self[id].inputs
    }

    private func isReadByUpdatesAlone(_ id: NodeID, _ users: [[NodeID]]) -> Bool {
        users[id.index].allSatisfy { self[$0].op == .update && self[$0].inputs[1] == id }
    }

    private func isMadeForOthers(_ id: NodeID, _ users: [[NodeID]]) -> Bool {
        guard !self[id].op.isLeaf, self[id].type.isBatched else { return false }
        return users[id.index].contains { user in
            switch self[self[user].host ?? user].op {
            case .convWeightGradient, .channelSum, .update: false
            default: true
            }
        }
    }
}

extension TensorType {
    /// Bytes of a parameter of this type, at the place where parameters and their sums lie.
    public var parameterBytes: Int { (bytes + 63) / 64 * 64 }
}
