import Base
import GraphIR
import Programs

/// Makes the program of a graph: chooses how each convolution is computed, and each value's layout.
///
/// Layouts are blocked by the target's vector width where the kernels that make and read a value gain from that, row-major
/// elsewhere; what callers write and read is always row-major, but for leaves whose layout is given.
///
/// Values are visited in order, so that a value's layout follows from those it is made of; a conversion is made once for
/// all readers that need it. Companions whose host's kernel cannot make them become steps of their own.
///
/// - Parameters:
///   - leaves: layouts by the names of leaves.
///   - precision: how feature maps are stored between steps, but for those that `storeMaps` leaves alone.
///   - elements: how values are stored that are not as 32-bit floats, by their names. Nothing computes with anything else,
///     and what BLAS reads or makes has to be floats: `LoweredPlan.elementViolations` finds out.
///   - choice: how a convolution is computed.
public func select(
    _ graph: Graph, target: Target, leaves: [String: Layout] = [:], precision: ElementType = .float32,
    elements: [String: ElementType] = [:],
    choice: (Op) -> AlgorithmChoice?
) -> Program {
    var assignment = LayoutAssignment(graph, target: target, leaves: leaves, choices: graph.nodes.map { choice($0.op) })
    var program = assignment.run()
    if precision != .float32 { program.storeMaps(as: precision) }
    for id in program.steps {
        if let element = elements[program.graph[id].name] { program.setElement(element, of: id) }
    }
    return program
}

/// The program with what its steps ask for besides values, and what they cost, which their kernels tell.
///
/// That does not depend on where operands lie. But kernels do, and those that are made here serve the plan as well where the
/// strides are right.
/// - Parameters:
///   - batch: samples that the kernels are made for at most.
///   - sampleStride: where a value is likely to be placed, elements from one of its samples to the next.
public func measured(
    _ program: Program, target: Target, batch: Int, building builder: KernelBuilder,
    sampleStride: (NodeID) -> Int? = { _ in nil }
) -> Program {
    var program = program
    let isInference = program.isInference
    let ids = program.steps.filter { program.graph[$0].op != .update && program.graph[$0].host == nil }
    let requests = ids.map {
        KernelRequest(
            $0, in: program, batchCapacity: batch, target: target, isInference: isInference, sampleStride: sampleStride)
    }
    for (id, draft) in zip(ids, builder.drafts(requests)) { program[id].note(draft, batch: batch, target) }
    for id in program.steps where program[id].appliesGradient {
        let elements = program.graph[program.graph[id].inputs[0]].type.elementCount
        program[id].kernels = [KernelLoad(updating: elements, target)]
    }
    return program
}

extension Step {
    /// What its kernels ask for, and what they cost: of convolutions what the cost model says, of everything else the way
    /// from and to memory.
    fileprivate mutating func note(_ lowered: LoweredStep, batch: Int, _ target: Target) {
        let size = ElementType.float32.bytes
        scratchBytes = size * lowered.scratch
        preparedBytes = size * lowered.prepared
        workspaceBytes = lowered.stages.map(\.kernel.workspaceBytes).max() ?? 0
        let bytes = lowered.stages.reduce(0) { $0 + $1.work.bytesFixed + $1.work.bytesPerSample * Double(batch) }
        milliseconds = choice?.predictedMilliseconds ?? target.milliseconds(moving: bytes)
        preparations = lowered.stages.prefix { $0.isPreparation }.count
        kernels = lowered.loads(batch: batch, milliseconds: choice?.predictedMilliseconds, target)
    }
}

private struct LayoutAssignment {
    private let source: Graph
    private let rules: LayoutRules
    private let leaves: [String: Layout]
    /// By node index of the source.
    private let choices: [AlgorithmChoice?]
    private var result: Graph
    private var layouts: [Layout] = []
    /// By node index of the result.
    private var chosen: [AlgorithmChoice?] = []
    /// The place of each old node in the new graph.
    private var placed: [NodeID] = []
    private var conversions: [NodeID: [Layout: NodeID]] = [:]

    init(_ graph: Graph, target: Target, leaves: [String: Layout], choices: [AlgorithmChoice?]) {
        source = graph
        self.leaves = leaves
        self.choices = choices
        rules = LayoutRules(target: target)
        result = Graph(name: graph.name)
        result.training = graph.training
    }

    mutating func run() -> Program {
        for id in source.ids { place(id) }
        result.outputs = source.outputs.map { NamedValue($0.name, converted(placed[$0.node.index], to: .nchw)) }
        result.loss = source.loss.map { placed[$0.index] }
        result.gradients = source.gradients.map {
            GradientBinding(
                of: placed[$0.of.index], gradient: converted(placed[$0.gradient.index], to: .nchw))
        }
        return Program(result, layouts: layouts) { chosen[$0.index] }
    }

    private mutating func place(_ id: NodeID) {
        var node = source[id]
        let operands = node.inputs.map { placed[$0.index] }
        let host = node.host.flatMap { host -> NodeID? in
            let algorithm = choices[host.index]?.algorithm
            return algorithm?.method.makes(node.op, beside: source[host].op) ?? false ? host : nil
        }
        node.host = host.map { placed[$0.index] }
        let demand =
            host.map { companionDemand(node, of: $0) }
            ?? rules.demand(
                node, by: choices[id.index]?.algorithm,
                operands: operands.map { (result[$0].type, layouts[$0.index]) })
        node.inputs = zip(operands, demand.inputs).map { converted($0, to: $1) }
        node.epilogue = node.epilogue.map { step in
            FusedStep(step.function, step.operands.map { converted(placed[$0.index], to: demand.result) })
        }
        placed.append(result.append(node))
        layouts.append(node.op.isLeaf ? leaves[node.name] ?? demand.result : demand.result)
        chosen.append(choices[id.index])
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
        chosen.append(nil)
        conversions[id, default: [:]][layout] = conversion
        return conversion
    }
}
