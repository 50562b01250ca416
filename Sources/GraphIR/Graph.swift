import Diagnostics

/// A node's place in its graph: operands always have smaller indices than their users.
public struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
    public var description: String { "%\(index)" }
}

/// Where a node comes from: its place in the source text, and what a pass made of it.
public struct Origin: Hashable, Sendable {
    /// The statement in the graph's text; nil for graphs built by hand.
    public var location: SourceLocation?
    /// What derived the node; nil for nodes written by the user.
    public var derivation: Derivation?

    /// True for what differentiation has made.
    public var isBackward: Bool { if case .backward = derivation { true } else { false } }

    public init(location: SourceLocation? = nil, derivation: Derivation? = nil) {
        self.location = location
        self.derivation = derivation
    }
}

/// An elementwise function fused behind a node's own operator: it takes the value so far as its first operand.
public struct FusedStep: Hashable, Sendable {
    public var function: Elementwise
    /// The remaining operands (`y` of `relu_gradient`, the other summand of `add`).
    public var operands: [NodeID]

    public init(_ function: Elementwise, _ operands: [NodeID] = []) {
        self.function = function
        self.operands = operands
    }
}

/// One operation and the value it makes.
public struct Node: Hashable, Sendable {
    public var op: Op
    public var inputs: [NodeID]
    /// Applied in order to each element of the operator's result before it is stored.
    public var epilogue: [FusedStep]
    /// The node whose kernel makes this value on the way, which then has no kernel of its own: a *companion* of that
    /// host. nil for values that are made for themselves.
    public var host: NodeID?
    public var type: TensorType
    /// The statement's name, a parameter's full name, or for derived nodes `d_<name>`; unique in its graph.
    public var name: String
    public var origin: Origin

    public init(
        op: Op, inputs: [NodeID] = [], epilogue: [FusedStep] = [], host: NodeID? = nil, type: TensorType,
        name: String, origin: Origin = Origin()
    ) {
        self.op = op
        self.inputs = inputs
        self.epilogue = epilogue
        self.host = host
        self.type = type
        self.name = name
        self.origin = origin
    }

    /// Every value the node reads: its inputs, then its epilogue's operands.
    public var operands: [NodeID] { epilogue.isEmpty ? inputs : inputs + epilogue.flatMap(\.operands) }
}

/// A value that callers can read by name after a step.
public struct NamedValue: Hashable, Sendable {
    public var name: String
    public var node: NodeID
    public init(_ name: String, _ node: NodeID) {
        self.name = name
        self.node = node
    }
}

/// What to differentiate with respect to, and the node that holds the result.
public struct GradientBinding: Hashable, Sendable {
    /// The parameter or input.
    public var of: NodeID
    public var gradient: NodeID
    public init(of: NodeID, gradient: NodeID) {
        self.of = of
        self.gradient = gradient
    }
}

/// A static dataflow graph: typed nodes in topological order.
///
/// Nodes are only ever appended, so that a `NodeID` stays valid; passes that remove nodes build a new graph.
public struct Graph: Hashable, Sendable {
    public var name: String
    public private(set) var nodes: [Node] = []
    /// By host, its companions in graph order, so that asking for them does not walk the graph.
    private var companionsOfHost: [NodeID: [NodeID]] = [:]
    public var outputs: [NamedValue] = []
    /// The scalar that training makes smaller; nil for graphs that only compute outputs.
    public var loss: NodeID?
    /// Filled by differentiation, in the order of the parameters.
    public var gradients: [GradientBinding] = []
    /// The `train { … }` block: defaults of the trainer.
    public var training = TrainingOptions()

    public init(name: String) { self.name = name }

    /// Lent rather than copied: searches look at a node's parts millions of times.
    ///
    /// Copy a node before a `switch` whose cases change the graph: Swift 6.3 switches over what has moved by then.
    public subscript(id: NodeID) -> Node {
        _read { yield nodes[id.index] }
        _modify {
            let host = nodes[id.index].host
            yield &nodes[id.index]
            if nodes[id.index].host != host { move(id, from: host, to: nodes[id.index].host) }
        }
    }

    /// Appends a node and returns its place.
    @discardableResult
    public mutating func append(_ node: Node) -> NodeID {
        nodes.append(node)
        let id = NodeID(nodes.count - 1)
        move(id, from: nil, to: node.host)
        return id
    }

    /// The values that the node's kernel makes beside its own, in graph order.
    public func companions(of host: NodeID) -> [NodeID] { companionsOfHost[host] ?? [] }

    private mutating func move(_ id: NodeID, from old: NodeID?, to new: NodeID?) {
        if let old {
            let others = (companionsOfHost[old] ?? []).filter { $0 != id }
            companionsOfHost[old] = others.isEmpty ? nil : others
        }
        if let new {
            let others = companionsOfHost[new] ?? []
            let place = others.firstIndex { $0 > id } ?? others.count
            companionsOfHost[new] = others[..<place] + [id] + others[place...]
        }
    }

    /// The first nodes alone, without outputs, loss and gradients.
    public func prefix(_ count: Int) -> Graph {
        var graph = Graph(name: name)
        graph.training = training
        graph.nodes = Array(nodes.prefix(count))
        for (host, companions) in companionsOfHost where host.index < count {
            let kept = companions.filter { $0.index < count }
            if !kept.isEmpty { graph.companionsOfHost[host] = kept }
        }
        return graph
    }

    public var ids: [NodeID] { nodes.indices.map(NodeID.init) }

    /// The nodes with the given operator kind, in graph order.
    public func ids(where predicate: (Op) -> Bool) -> [NodeID] { ids.filter { predicate(self[$0].op) } }

    public var parameters: [NodeID] {
        ids { if case .parameter = $0 { true } else { false } }
    }

    /// The parameters that have gradients.
    public var trainedParameters: [NodeID] {
        ids { if case .parameter(let kind, _) = $0 { kind.isTrained } else { false } }.filter { !isFrozen($0) }
    }

    /// The parameters that would have gradients, were they not to stay as they are.
    public var frozenParameters: [NodeID] {
        ids { if case .parameter(let kind, _) = $0 { kind.isTrained } else { false } }.filter(isFrozen)
    }

    /// Whether a parameter stays as it is in training.
    public func isFrozen(_ parameter: NodeID) -> Bool {
        training.frozen.contains { $0.matches(nodes[parameter.index].name) }
    }

    /// The first node of that name.
    public func id(named name: String) -> NodeID? { nodes.firstIndex { $0.name == name }.map(NodeID.init) }

    /// For each node, the nodes that read it, in graph order, each once.
    public func users() -> [[NodeID]] {
        var users = [[NodeID]](repeating: [], count: nodes.count)
        for id in ids {
            for operand in nodes[id.index].operands where users[operand.index].last != id {
                users[operand.index].append(id)
            }
        }
        return users
    }
}
