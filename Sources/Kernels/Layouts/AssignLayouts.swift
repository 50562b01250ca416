import GraphIR

/// A graph whose every value has a layout, with conversions where a reader needs another one than its producer makes.
public struct LaidOutGraph: Sendable {
    public var graph: Graph
    /// By node index.
    public var layouts: [Layout]
}

/// Chooses each value's layout: blocked by the target's vector width where the kernels that make and read it gain from
/// that, row-major elsewhere; what callers write and read is always row-major, but for leaves whose layout is given.
///
/// Values are visited in order, so that a value's layout follows from those it is made of; a conversion is made once for
/// all readers that need it. Companions whose host's kernel cannot make them become steps of their own.
///
/// - Parameter leaves: layouts by the names of leaves.
public func assignLayouts(
    _ graph: Graph, target: Target, convolutions: AlgorithmTable, leaves: [String: Layout] = [:]
) -> LaidOutGraph {
    var assignment = LayoutAssignment(graph, target: target, convolutions: convolutions, leaves: leaves)
    return assignment.run()
}

private struct LayoutAssignment {
    private let source: Graph
    private let rules: LayoutRules
    private let leaves: [String: Layout]
    private var result: Graph
    private var layouts: [Layout] = []
    /// The place of each old node in the new graph.
    private var placed: [NodeID] = []
    private var conversions: [NodeID: [Layout: NodeID]] = [:]

    init(_ graph: Graph, target: Target, convolutions: AlgorithmTable, leaves: [String: Layout]) {
        source = graph
        self.leaves = leaves
        rules = LayoutRules(target: target, convolutions: convolutions)
        result = Graph(name: graph.name)
        result.training = graph.training
    }

    mutating func run() -> LaidOutGraph {
        for id in source.ids { place(id) }
        result.outputs = source.outputs.map { NamedValue($0.name, converted(placed[$0.node.index], to: .nchw)) }
        result.loss = source.loss.map { placed[$0.index] }
        result.gradients = source.gradients.map {
            GradientBinding(
                of: placed[$0.of.index], gradient: converted(placed[$0.gradient.index], to: .nchw))
        }
        return LaidOutGraph(graph: result, layouts: layouts)
    }

    private mutating func place(_ id: NodeID) {
        var node = source[id]
        let operands = node.inputs.map { placed[$0.index] }
        let host = node.host.flatMap { rules.canMake(node.op, beside: source[$0].op) ? $0 : nil }
        node.host = host.map { placed[$0.index] }
        let demand =
            host.map { companionDemand(node, of: $0) }
            ?? rules.demand(node, operands: operands.map { (result[$0].type, layouts[$0.index]) })
        node.inputs = zip(operands, demand.inputs).map { converted($0, to: $1) }
        node.epilogue = node.epilogue.map { step in
            FusedStep(step.function, step.operands.map { converted(placed[$0.index], to: demand.result) })
        }
        placed.append(result.append(node))
        layouts.append(node.op.isLeaf ? leaves[node.name] ?? demand.result : demand.result)
    }

    /// A companion finds its operands as its host reads or makes them; if it is a map, it is laid out like its host.
    private func companionDemand(_ node: Node, of host: NodeID) -> LayoutDemand {
        let new = placed[host.index]
        let inputs = node.inputs.map { input -> Layout in
            let position = source[host].inputs.firstIndex(of: input)
            return layouts[(position.map { result[new].inputs[$0] } ?? placed[input.index]).index]
        }
        let isMap = node.type.isBatched && node.type.featureMap != nil
        return LayoutDemand(inputs: inputs, result: isMap ? layouts[new.index] : .nchw)
    }

    /// The value in that layout; what is not a feature map has only one.
    private mutating func converted(_ id: NodeID, to layout: Layout) -> NodeID {
        guard layouts[id.index] != layout, result[id].type.isBatched, result[id].type.featureMap != nil else {
            return id
        }
        if let known = conversions[id]?[layout] { return known }
        let node = result[id]
        let conversion = result.append(
            Node(op: .relayout, inputs: [id], type: node.type, name: "\(node.name).\(layout)", origin: node.origin))
        layouts.append(layout)
        conversions[id, default: [:]][layout] = conversion
        return conversion
    }
}
