import Base
import GraphIR

/// A plan's instructions: a graph's operations in the order in which they run, with what has been decided of each (its
/// algorithm, the layout of what it makes) and what it asks for besides.
///
/// A step makes one value, so that a node of the graph stands for both. `select` of the room Kernels makes a program
/// of a graph; passes change it; everything behind them reads it.
public struct Program: Hashable, Sendable {
    /// What the steps compute, and the values that they read and make.
    public private(set) var graph: Graph
    /// Every node that is not a leaf, once, each after its operands.
    public var steps: [NodeID]
    /// How each node's value lies in memory, by node index.
    private var layouts: [Layout]
    /// By node index; nil for leaves.
    private var made: [Step?]

    /// The steps of a graph in its own order, before anything has been decided: row-major values, no algorithms.
    public init(_ graph: Graph) {
        self.init(graph, layouts: Array(repeating: .nchw, count: graph.nodes.count)) { _ in nil }
    }

    /// The steps of a graph in its own order.
    /// - Parameters:
    ///   - layouts: by node index.
    ///   - choice: how a convolution is computed.
    public init(_ graph: Graph, layouts: [Layout], choice: (NodeID) -> AlgorithmChoice?) {
        self.graph = graph
        self.layouts = layouts
        made = graph.ids.map { graph[$0].op.isLeaf ? nil : Step(graph[$0], by: choice($0)) }
        steps = graph.naturalStepOrder
    }

    /// A program of parts that belong together.
    /// - Parameters:
    ///   - made: by node index; nil for leaves.
    ///   - order: nil is that of the graph, which has to be well formed.
    package init(_ graph: Graph, layouts: [Layout], made: [Step?], order: [NodeID]? = nil) {
        self.graph = graph
        self.layouts = layouts
        self.made = made
        steps = order ?? graph.naturalStepOrder
    }

    /// What has been decided of a step. Leaves have none.
    public subscript(id: NodeID) -> Step {
        get {
            guard let step = made[id.index] else { fatalError("\(id) is there before the first step") }
            return step
        }
        set { made[id.index] = newValue }
    }

    /// What has been decided of a step; nil for a leaf.
    public func step(_ id: NodeID) -> Step? { made[id.index] }

    // What planners ask of every step, time and again.

    public func phase(of id: NodeID) -> Phase? { made[id.index]?.phase }
    public func form(of id: NodeID) -> Step.Form? { made[id.index]?.form }
    public func isMade(_ id: NodeID) -> Bool { made[id.index] != nil }

    public func layout(of id: NodeID) -> Layout { layouts[id.index] }

    public mutating func setLayout(_ layout: Layout, of id: NodeID) { layouts[id.index] = layout }

    /// Decides how a step's value is stored. What callers read is stored as they expect it, as 32-bit floats; nobody asks
    /// for anything else, or the graph is not well formed any more.
    public mutating func setElement(_ element: ElementType, of id: NodeID) { graph[id].type.element = element }

    /// A step's value, or a leaf.
    public func value(_ id: NodeID) -> Value {
        Value(name: graph[id].name, type: graph[id].type, layout: layouts[id.index], source: Value.Source(graph[id].op))
    }

    public func isParameter(_ id: NodeID) -> Bool { if case .parameter = graph[id].op { true } else { false } }

    /// True when it neither makes gradients nor updates parameters, so that they may stay as they are for many runs.
    public var isInference: Bool { graph.gradients.isEmpty && !hasEffects }

    /// Whether some step changes a parameter.
    public var hasEffects: Bool { steps.contains { made[$0.index]?.phase == .update } }

    /// By node index, whether a value is computed from parameters alone, so that it changes only with them.
    public var isDerived: [Bool] {
        var isFixed = [Bool](repeating: false, count: graph.nodes.count)
        var isDerived = isFixed
        for id in graph.ids {
            if isParameter(id) { isFixed[id.index] = true }
            let operands = graph[id].operands
            guard !operands.isEmpty, made[id.index]?.phase != .update, operands.allSatisfy({ isFixed[$0.index] }) else {
                continue
            }
            isFixed[id.index] = true
            isDerived[id.index] = true
        }
        return isDerived
    }

    /// The values that callers read after the last step: outputs, loss and gradients.
    public var results: [NodeID] {
        var seen = Set<NodeID>()
        let all = graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []) + graph.gradients.map(\.gradient)
        return all.filter { seen.insert($0).inserted }
    }

    /// Memory of each thread, enough for all steps.
    public var workspaceBytes: Int { made.compactMap { $0?.workspaceBytes }.max() ?? 0 }

    /// What the cost models say of the convolutions alone, on one core, which is known before kernels have been asked.
    public var convolutionMilliseconds: Double {
        steps.compactMap { made[$0.index]?.choice?.predictedMilliseconds }.reduce(0, +)
    }

    /// What the cost models say of all steps, on one core, added in an order that does not depend on theirs.
    public var milliseconds: Double { steps.compactMap { made[$0.index]?.milliseconds }.sorted().reduce(0, +) }
}

/// What a step makes, or what is there before the first.
public struct Value: Hashable, Sendable {
    public var name: String
    public var type: TensorType
    public var layout: Layout
    public var source: Source

    /// Where a value comes from.
    public enum Source: Hashable, Sendable {
        /// Callers provide it.
        case input, target, cotangent
        case parameter(ParameterKind, fanIn: Int)
        case step

        fileprivate init(_ op: Op) {
            switch op {
            case .input: self = .input
            case .target: self = .target
            case .cotangent: self = .cotangent
            case .parameter(let kind, let fanIn): self = .parameter(kind, fanIn: fanIn)
            default: self = .step
            }
        }
    }

    /// For so many samples.
    public func bytes(batch: Int) -> Int { type.bytes(batch: batch) }
}
