import GraphIR
import Programs

/// Programs in which some values are made a second time, or moved out of a larger buffer, so that memory is free in between.
///
/// Every change inserts steps whose kernels and operands are those of steps that are there already, so that all values
/// keep their bits. A change is made to the outline first, which is enough to see what it brings.
extension Program {
    /// A program with a change that has been made to its outline.
    public init(_ old: Program, _ changed: ChangedOutline) {
        var naming = NewNames(old.graph)
        let kept = changed.firstChange
        var graph = old.graph.prefix(kept)
        var layouts = (0..<kept).map { old.layout(of: NodeID($0)) }
        var steps = (0..<kept).map { old.step(NodeID($0)) }
        var first = old.graph.ids
        for (index, source) in changed.sources.enumerated().dropFirst(kept) {
            let id = source.node
            var node = old.graph[id]
            let operands = changed.outline.operandRange(NodeID(index)).map { changed.outline.operands[$0].node }
            var step = old.step(id)
            switch source.change {
            case .none:
                node.host = changed.outline.entries[index].host
                node.read(operands)
                first[id.index] = NodeID(index)
            case .again:
                node.host = nil
                node.name = naming.name(node.name, "again")
                node.read(operands)
            case .copy:
                node = Node(
                    op: .relayout, inputs: operands, type: node.type, name: naming.name(node.name, "copy"),
                    origin: node.origin)
                step = Step(node)
            }
            graph.append(node)
            layouts.append(old.layout(of: id))
            steps.append(step)
        }
        graph.outputs = old.graph.outputs.map { NamedValue($0.name, first[$0.node.index]) }
        graph.loss = old.graph.loss.map { first[$0.index] }
        graph.gradients = old.graph.gradients.map {
            GradientBinding(of: first[$0.of.index], gradient: first[$0.gradient.index])
        }
        self.init(graph, layouts: layouts, made: steps, order: changed.outline.steps)
    }
}

extension Node {
    /// Takes other operands, in the order of `operands`.
    fileprivate mutating func read(_ operands: [NodeID]) {
        // Most nodes stay as they are.
        guard operands != self.operands else { return }
        var rest = operands[...]
        let count = inputs.count
        inputs = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        epilogue = epilogue.map { step in
            defer { rest = rest.dropFirst(step.operands.count) }
            return FusedStep(step.function, Array(rest.prefix(step.operands.count)))
        }
    }
}

/// Names for new nodes of a graph.
private struct NewNames {
    private let graph: Graph
    private var given: [String] = []

    init(_ graph: Graph) { self.graph = graph }

    mutating func name(_ name: String, _ suffix: String) -> String {
        var candidate = "\(name).\(suffix)"
        var number = 2
        while given.contains(candidate) || graph.id(named: candidate) != nil {
            candidate = "\(name).\(suffix)\(number)"
            number += 1
        }
        given.append(candidate)
        return candidate
    }
}

/// What making a value again adds to a step of training.
public struct RecomputationCost: Hashable, Sendable {
    /// Nodes that run once more.
    public var again: [NodeID] = []
    /// Values that are read and written once.
    public var copied: [NodeID] = []

    public init(again: [NodeID] = [], copied: [NodeID] = []) {
        self.again = again
        self.copied = copied
    }
}
