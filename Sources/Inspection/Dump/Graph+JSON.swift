import Base
import Emission
import GraphIR

extension Graph {
    /// The graph as data, described in docs/DUMPS.md.
    public var json: JSON { json { _ in true } }

    /// The part of the graph that has the nodes for which `belongs` holds. What they read is named, be it there or not.
    func json(_ belongs: (NodeID) -> Bool) -> JSON {
        .object([
            ("name", .string(name)),
            ("nodes", .array(ids.filter(belongs).map(jsonNode))),
            (
                "outputs",
                .array(
                    outputs.filter { belongs($0.node) }.map {
                        .object([("name", .string($0.name)), ("node", .integer($0.node.index))])
                    })
            ),
            ("loss", loss.flatMap { belongs($0) ? .integer($0.index) : nil } ?? .null),
            (
                "gradients",
                .array(
                    gradients.filter { belongs($0.of) && belongs($0.gradient) }.map {
                        .object([("of", .integer($0.of.index)), ("node", .integer($0.gradient.index))])
                    })
            ),
            ("training", JSON(training.attributes)),
        ])
    }

    private func jsonNode(_ id: NodeID) -> JSON {
        let node = self[id]
        return .object([
            ("id", .integer(id.index)), ("name", .string(node.name)), ("op", .string(node.op.mnemonic)),
            ("attributes", JSON(node.op.attributes)), ("inputs", JSON(node.inputs)),
            ("epilogue", .array(node.epilogue.map(jsonStep))), ("host", node.host.map { .integer($0.index) } ?? .null),
            ("shape", .array(node.type.shape.map(JSON.integer))), ("batched", .bool(node.type.isBatched)),
            ("element", .string(node.type.isClasses ? "class" : node.type.element.rawValue)),
            ("phase", .string(Phase(node).rawValue)),
            ("location", node.origin.location.map { .string($0.description) } ?? .null),
            ("derivation", node.origin.derivation.map { .string($0.description) } ?? .null),
        ])
    }

    private func jsonStep(_ step: FusedStep) -> JSON {
        .object([
            ("function", .string(step.function.mnemonic)), ("attributes", JSON(step.function.attributes)),
            ("operands", JSON(step.operands)),
        ])
    }
}

extension JSON {
    init(_ ids: [NodeID]) { self = .array(ids.map { .integer($0.index) }) }

    init(_ attributes: [Attribute]) { self = .object(attributes.map { ($0.key, JSON($0.value)) }) }

    /// Numbers stand as they are; words, and numbers that JSON does not know (`inf`), as strings.
    private init(_ value: Attribute.Value) {
        switch value {
        case .list(let numbers): self = .array(numbers.map(JSON.integer))
        case .scalar("true"): self = .bool(true)
        case .scalar("false"): self = .bool(false)
        case .scalar(let word):
            if let number = Int(word) {
                self = .integer(number)
            } else if let number = Double(word), number.isFinite {
                self = .number(number)
            } else {
                self = .string(word)
            }
        }
    }
}
