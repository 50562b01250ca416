import GraphIR

extension Graph {
    /// What the trainer needs to know about the targets: `[{"name": "mask", "kind": "values"}]`, or of a class map also
    /// how many classes there are and which number is left out.
    var targetsJSON: JSON { .array(ids.filter { self[$0].op == .target }.map(targetJSON)) }

    private func targetJSON(_ id: NodeID) -> JSON {
        var members: [(key: String, value: JSON)] = [("name", .string(self[id].name))]
        switch self[id].type.element {
        case .float32: members.append(("kind", .string("values")))
        case .classIndex:
            members.append(("kind", .string("classes")))
            if let comparison = comparison(with: id) {
                members.append(("classes", .integer(comparison.classes)))
                if let ignored = comparison.loss.ignored { members.append(("ignore", .integer(ignored))) }
            }
        }
        return .object(members)
    }

    /// The loss that compares a class map with logits, and the channels of those; nil when none does.
    private func comparison(with target: NodeID) -> (loss: ClassLoss, classes: Int)? {
        for node in nodes {
            guard case .classLoss(.crossEntropy(let loss)) = node.op, node.inputs.count == 2, node.inputs[1] == target
            else { continue }
            return self[node.inputs[0]].type.featureMap.map { (loss, $0.channels) }
        }
        return nil
    }
}
