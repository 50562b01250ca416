/// What makes a graph well formed. Every pass may rely on these rules and must keep them.
public enum GraphRule: Int, Hashable, Sendable, CaseIterable {
    /// 1. Every node has a name, and no two nodes share one.
    case uniqueNames = 1
    /// 2. Operands, including those of fused steps, are nodes that come before their user.
    case operandsBeforeUsers
    /// 3. Leaves have neither operands nor fused steps: their values come from outside.
    case bareLeaves
    /// 4. Dimensions are positive (an update's `[0]` aside) and no tensor holds 2⁴⁰ elements or more per sample.
    case sensibleShapes
    /// 5. Constants of operators make sense: positive sizes and strides, groups that divide both channel counts, an
    ///    output size that follows from the input size, padding smaller than a pooling window, finite numbers.
    case sensibleConstants
    /// 6. A node's type is the one its operator makes of its operands' types.
    case types
    /// 7. A fused step has one operand less than its function, each of the node's type; an update has no fused steps.
    case fusedSteps
    /// 8. Parameters are fixed tensors of floats with a positive fan-in.
    case parameters
    /// 9. Inputs and targets are batched; only targets hold class numbers.
    case inputs
    /// 10. Outputs have different names and refer to nodes of the graph that make a value.
    case outputs
    /// 11. The loss is a node of the graph and a scalar.
    case loss
    /// 12. Gradients are nodes of the graph, each of the type of the parameter or input it belongs to; none has two.
    case gradients
    /// 13. An update changes a parameter, at most once, after every node that reads that parameter; nothing reads its
    ///     result.
    case updates
    /// 14. A companion's host comes before it, may make such a value (`Graph.canHost`), is no companion itself, and makes
    ///     at most one value by each operator.
    case companions
    /// 15. What callers and optimizers write or read (leaves, outputs, the loss and gradients of parameters) is stored as
    ///     32-bit floats.
    case elements
}

/// A rule that a graph breaks, and where.
public struct GraphViolation: Hashable, Sendable, CustomStringConvertible {
    public var rule: GraphRule
    /// The node at fault; nil where it is the graph's outputs, loss or gradients.
    public var node: NodeID?
    /// In lower case, with names in quotes, expected against found.
    public var message: String

    public init(_ rule: GraphRule, _ node: NodeID?, _ message: String) {
        self.rule = rule
        self.node = node
        self.message = message
    }

    public var description: String { "rule \(rule.rawValue): \(message)" }
}

/// A graph that broke a rule where it had to be well formed: a fault of the pass before, not of the user.
public struct GraphVerificationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The graph's name, and what had just made it.
    public var context: String
    public var violations: [GraphViolation]

    public var description: String {
        "\(context) is not well formed:\n" + violations.map { "  \($0)" }.joined(separator: "\n")
    }
}

/// The rules that a graph breaks, in the order of its nodes; empty for a well-formed graph.
///
/// Never traps, whatever the graph holds.
public func verify(_ graph: Graph) -> [GraphViolation] {
    var verifier = GraphVerifier(graph: graph)
    verifier.run()
    return verifier.violations
}

/// Throws unless the graph is well formed.
/// - Parameter stage: what made the graph, such as "differentiate", for the message.
/// - Throws: `GraphVerificationError` with every rule broken.
public func requireWellFormed(_ graph: Graph, after stage: String) throws(GraphVerificationError) {
    let violations = verify(graph)
    guard violations.isEmpty else {
        throw GraphVerificationError(context: "graph '\(graph.name)' after \(stage)", violations: violations)
    }
}

/// Walks a graph once and collects violations; each method checks the rules named in its comment.
private struct GraphVerifier {
    let graph: Graph
    var violations: [GraphViolation] = []

    mutating func run() {
        checkNames()
        for id in graph.ids { checkNode(id) }
        checkElements()
        checkOutputs()
        checkLoss()
        checkGradients()
        checkUpdates()
        checkCompanions()
    }

    private mutating func report(_ rule: GraphRule, _ node: NodeID?, _ message: String) {
        violations.append(GraphViolation(rule, node, message))
    }

    private func exists(_ id: NodeID) -> Bool { graph.nodes.indices.contains(id.index) }

    private func label(_ id: NodeID) -> String { "'\(graph[id].name)' (\(id))" }

    /// Rule 1.
    private mutating func checkNames() {
        var first: [String: NodeID] = [:]
        for id in graph.ids {
            let name = graph[id].name
            if name.isEmpty {
                report(.uniqueNames, id, "\(id) has no name")
            } else if let other = first[name] {
                report(.uniqueNames, id, "\(id) is called '\(name)' like \(other)")
            } else {
                first[name] = id
            }
        }
    }

    /// Rules 2 to 9; those that compute with operands or constants only run when these hold.
    private mutating func checkNode(_ id: NodeID) {
        let node = graph[id]
        var isSound = true
        for operand in node.operands where operand.index >= id.index || operand.index < 0 {
            report(.operandsBeforeUsers, id, "\(label(id)) reads \(operand), which does not come before it")
            isSound = false
        }
        if node.op.isLeaf, !node.operands.isEmpty || !node.epilogue.isEmpty {
            report(.bareLeaves, id, "\(label(id)) is a leaf (\(node.op.mnemonic)) but has operands or fused steps")
        }
        if !hasSensibleShape(node) {
            report(.sensibleShapes, id, "\(label(id)) has the shape \(node.type)")
            isSound = false
        }
        if isSound, !node.operands.allSatisfy({ hasSensibleShape(graph[$0]) }) { isSound = false }
        for problem in node.op.constantProblems + node.epilogue.flatMap(\.function.constantProblems) {
            report(.sensibleConstants, id, "\(label(id)): \(problem)")
            isSound = false
        }
        guard isSound else { return }
        checkType(id, node)
        checkFusedSteps(id, node)
        checkLeaf(id, node)
    }

    private func hasSensibleShape(_ node: Node) -> Bool {
        if node.op.isEffect { return node.type == .fixed([0]) }
        var count = 1
        for dimension in node.type.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard dimension > 0, dimension < TensorType.dimensionLimit, !overflow, product < TensorType.elementLimit
            else { return false }
            count = product
        }
        return true
    }

    /// Rule 6.
    private mutating func checkType(_ id: NodeID, _ node: Node) {
        guard !node.op.isLeaf else { return }
        do {
            // How values are stored between operators is nothing that these know of.
            let operands = node.inputs.map { graph[$0].type.stored(as: .float32) }
            let expected = try node.op.resultType(operands).stored(as: node.type.element)
            if expected != node.type {
                report(.types, id, "\(label(id)) should have the type \(expected), found \(node.type)")
            }
        } catch {
            report(.types, id, "\(label(id)): \(error.message)")
        }
    }

    /// Rule 7.
    private mutating func checkFusedSteps(_ id: NodeID, _ node: Node) {
        if node.op.isEffect, !node.epilogue.isEmpty {
            report(.fusedSteps, id, "\(label(id)) is an update and has fused steps")
        }
        for step in node.epilogue {
            let name = step.function.mnemonic
            let expected = step.function.operandCount - 1
            if step.operands.count != expected {
                report(
                    .fusedSteps, id,
                    "\(label(id)): fused \(name) takes \(expected) further operands, found \(step.operands.count)")
            }
            for operand in step.operands
            where graph[operand].type.stored(as: .float32) != node.type.stored(as: .float32) {
                report(
                    .fusedSteps, id,
                    "\(label(id)): fused \(name) expects \(node.type), found \(graph[operand].type) in \(label(operand))"
                )
            }
        }
    }

    /// Rule 15.
    private mutating func checkElements() {
        let results = graph.outputs.map(\.node) + (graph.loss.map { [$0] } ?? []) + graph.gradients.map(\.gradient)
        let leaves = graph.ids.filter { graph[$0].op.isLeaf || graph[$0].op.isEffect }
        // Optimizers read gradients with kernels of their own.
        let updated = graph.ids.filter { graph[$0].op == .update }.flatMap { graph[$0].inputs }
        for id in leaves + results + updated where exists(id) && graph[id].type.element != .float32 {
            report(
                .elements, id,
                "\(label(id)) is read or written by others, who expect 32-bit floats, found \(graph[id].type)")
        }
    }

    /// Rules 8 and 9.
    private mutating func checkLeaf(_ id: NodeID, _ node: Node) {
        switch node.op {
        case .parameter(_, let fanIn):
            if node.type.isBatched || node.type.isClasses || fanIn <= 0 {
                report(
                    .parameters, id,
                    "\(label(id)) should be a fixed tensor of floats with a positive fan-in, "
                        + "found \(node.type) with fan-in \(fanIn)")
            }
        case .input:
            if !node.type.isBatched { report(.inputs, id, "input \(label(id)) should be batched, found \(node.type)") }
        case .target:
            if !node.type.isBatched { report(.inputs, id, "target \(label(id)) should be batched, found \(node.type)") }
            return
        default: break
        }
        if node.type.isClasses {
            report(.inputs, id, "\(label(id)) holds class numbers, which only targets may")
        }
    }

    /// Rule 10.
    private mutating func checkOutputs() {
        var names: Set<String> = []
        for output in graph.outputs {
            if !names.insert(output.name).inserted {
                report(.outputs, nil, "two outputs are called '\(output.name)'")
            }
            guard exists(output.node) else {
                report(.outputs, nil, "output '\(output.name)' refers to \(output.node), which does not exist")
                continue
            }
            if graph[output.node].op.isEffect {
                report(.outputs, output.node, "output '\(output.name)' is an update, which makes no value")
            }
        }
    }

    /// Rule 11.
    private mutating func checkLoss() {
        guard let loss = graph.loss else { return }
        guard exists(loss) else {
            report(.loss, nil, "the loss refers to \(loss), which does not exist")
            return
        }
        if graph[loss].type != .scalar {
            report(.loss, loss, "the loss \(label(loss)) should be a scalar [], found \(graph[loss].type)")
        }
    }

    /// Rule 12.
    private mutating func checkGradients() {
        var seen: Set<NodeID> = []
        for binding in graph.gradients {
            guard exists(binding.of), exists(binding.gradient) else {
                report(.gradients, nil, "gradient \(binding.gradient) of \(binding.of): no such node")
                continue
            }
            let of = graph[binding.of]
            switch of.op {
            case .parameter, .input: break
            default:
                report(.gradients, binding.of, "\(label(binding.of)) has a gradient but is no parameter or input")
            }
            if !seen.insert(binding.of).inserted {
                report(.gradients, binding.of, "\(label(binding.of)) has two gradients")
            }
            if graph[binding.gradient].type != of.type {
                report(
                    .gradients, binding.gradient,
                    "the gradient \(label(binding.gradient)) of \(label(binding.of)) should have the type \(of.type), "
                        + "found \(graph[binding.gradient].type)")
            }
        }
    }

    /// Rule 13.
    private mutating func checkUpdates() {
        var updates: [NodeID: NodeID] = [:]
        for id in graph.ids {
            let node = graph[id]
            for operand in node.operands where exists(operand) {
                if graph[operand].op.isEffect {
                    report(.updates, id, "\(label(id)) reads the update \(label(operand)), which makes no value")
                }
                if let update = updates[operand] {
                    report(.updates, id, "\(label(id)) reads \(label(operand)) after \(label(update)) has changed it")
                }
            }
            guard node.op.isEffect, let target = node.inputs.first, exists(target) else { continue }
            if case .parameter = graph[target].op {
                updates[target] = id
            } else {
                report(.updates, id, "\(label(id)) updates \(label(target)), which is no parameter")
            }
        }
    }

    /// Rule 14.
    private mutating func checkCompanions() {
        for id in graph.ids {
            guard let host = graph[id].host else { continue }
            guard exists(host), host < id else {
                report(.companions, id, "\(label(id)) is made beside \(host), which does not come before it")
                continue
            }
            if !graph.canHost(host, id) {
                report(
                    .companions, id,
                    "\(label(id)), a \(graph[id].op.mnemonic), cannot be made beside \(label(host)), a "
                        + graph[host].op.mnemonic)
            }
            let others = graph.companions(of: host).filter { $0 < id && graph[$0].op == graph[id].op }
            if let other = others.first {
                report(.companions, id, "\(label(host)) already makes \(label(other)) like \(label(id))")
            }
        }
    }
}
