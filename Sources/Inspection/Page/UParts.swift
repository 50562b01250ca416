import GraphIR

/// Where in the drawing of a net a node belongs. The net goes down in its first column, through coarser and coarser maps,
/// and comes up in the third; its gradient goes down beside that and comes up in the last. So a net is a U, and its training
/// a W.
enum UColumn: Int, CaseIterable {
    case encoder, bottom, decoder, backwardDecoder, backwardBottom, backwardEncoder

    var goesUp: Bool { self == .decoder || self == .backwardEncoder }
    /// Where the coarsest maps are, between going down and coming up.
    var isBottom: Bool { self == .bottom || self == .backwardBottom }
}

/// Which nodes of a graph are drawn as boxes of their own, which beside another one, and in which column.
struct UParts {
    enum Part: Hashable {
        /// Parameters: there are as many as convolutions, and they would hide what flows between these.
        case hidden
        /// A box of its own.
        case main
        /// A function of its host's elements, right beside it, or a target beside the loss.
        case tail(of: NodeID)
        /// A small box beside its host: gradients of parameters, updates, sums over the batch.
        case note(of: NodeID)
    }

    private let graph: Graph
    /// By node index.
    private(set) var parts: [Part]
    /// By node index, how coarse the map is: halvings of the finest one.
    private(set) var levels: [Int]
    /// By node index; meaningful for main boxes.
    private(set) var columns: [UColumn]
    private let firstBackward: NodeID?

    init(_ graph: Graph) {
        self.graph = graph
        levels = graph.levels
        parts = graph.nodes.map { if case .parameter = $0.op { .hidden } else { .main } }
        columns = Array(repeating: .encoder, count: graph.nodes.count)
        firstBackward = graph.ids.first { Phase(graph[$0]) == .backward }
        let users = graph.users()
        findNotes(users)
        findTails(users)
        for id in graph.ids { if let host = host(of: id), host != id { levels[id.index] = levels[host.index] } }
        assignColumns(users)
    }

    /// The main box at which a node is drawn: itself, or its host; nil for what is not drawn.
    func host(of id: NodeID) -> NodeID? {
        switch parts[id.index] {
        case .hidden: nil
        case .main: id
        case .tail(let host), .note(let host): host
        }
    }

    private func firstHost(among ids: [NodeID]) -> NodeID? { ids.lazy.compactMap { host(of: $0) }.first }

    // MARK: What stands beside another

    /// What is no map stands beside what it is made of, else beside what reads it.
    private mutating func findNotes(_ users: [[NodeID]]) {
        var homeless: [NodeID] = []
        for id in graph.ids where isSmall(id) {
            // The gradient rather than the value of the forward pass, and the latest one.
            let operands = graph[id].operands.sorted(by: >)
            if let host = firstHost(among: operands.filter(isBackward) + operands) {
                parts[id.index] = .note(of: host)
            } else {
                // Not a host before it has one itself.
                parts[id.index] = .hidden
                homeless.append(id)
            }
        }
        for id in homeless.reversed() {
            parts[id.index] = firstHost(among: users[id.index]).map { .note(of: $0) } ?? .main
        }
    }

    /// What is neither a map nor a number such as the loss: gradients of parameters, moments of a normalisation.
    private func isSmall(_ id: NodeID) -> Bool {
        let node = graph[id]
        return !node.op.isLeaf
            && (node.op.isEffect || !node.type.shape.isEmpty && !(node.type.isBatched && node.type.featureMap != nil))
    }

    private mutating func findTails(_ users: [[NodeID]]) {
        var taken = Set<NodeID>()
        for id in graph.ids where parts[id.index] == .main {
            guard let host = tailHost(id, users), parts[host.index] == .main, taken.insert(host).inserted else {
                continue
            }
            parts[id.index] = .tail(of: host)
        }
        // What stands beside them goes where its host has gone.
        for id in graph.ids {
            guard let host = host(of: id), host != id, let other = self.host(of: host), other != host else { continue }
            parts[id.index] = if case .note = parts[id.index] { .note(of: other) } else { .tail(of: other) }
        }
    }

    private func tailHost(_ id: NodeID, _ users: [[NodeID]]) -> NodeID? {
        switch graph[id].op {
        case .target, .cotangent: return users[id.index].first
        case .elementwise(let function) where function.operandCount > 1 && !function.isGradient: return nil
        case .elementwise:
            let host = graph[id].inputs[0]
            let fits = isBackwardSide(host) == isBackwardSide(id) && levels[host.index] == levels[id.index]
            return fits && !graph[host].op.isLeaf ? host : nil
        default: return nil
        }
    }

    // MARK: Columns

    private func isBackward(_ id: NodeID) -> Bool { Phase(graph[id]) == .backward }

    /// What is computed while gradients are, values that are made a second time included.
    private func isBackwardSide(_ id: NodeID) -> Bool {
        isBackward(id) || firstBackward.map { $0 < id && !graph[id].op.isLeaf } ?? false
    }

    private mutating func assignColumns(_ users: [[NodeID]]) {
        let mains = graph.ids.filter { parts[$0.index] == .main }
        let backward = mains.filter(isBackwardSide)
        assign(mains.filter { !isBackwardSide($0) }, [.encoder, .bottom, .decoder])
        assign(backward, [.backwardDecoder, .backwardBottom, .backwardEncoder])
        // What is made a second time stands where it is read.
        for id in backward.reversed() where isAgain(id) {
            if let reader = firstHost(among: users[id.index].filter(isBackwardSide)) {
                columns[id.index] = columns[reader.index]
            }
        }
    }

    /// - Parameter kinds: the columns that go down, stay, and go up.
    private mutating func assign(_ nodes: [NodeID], _ kinds: [UColumn]) {
        let ways = Set(nodes)
        let deepest = nodes.map { levels[$0.index] }.max() ?? 0
        for id in nodes {
            let hosts = graph[id].operands.compactMap { host(of: $0) }.filter { ways.contains($0) && !isAgain($0) }
            let level = levels[id.index]
            if hosts.contains(where: { columns[$0.index] == kinds[2] || levels[$0.index] > level }) {
                columns[id.index] = kinds[2]
            } else if level == deepest, deepest > 0, !hosts.isEmpty, hosts.allSatisfy({ levels[$0.index] == level }) {
                columns[id.index] = kinds[1]
            } else {
                columns[id.index] = kinds[0]
            }
        }
    }

    /// Whether it is a value of the forward pass that is made a second time.
    func isAgain(_ id: NodeID) -> Bool { isBackwardSide(id) && !isBackward(id) }
}
