import GraphIR

extension Graph {
    /// What the trainer needs to know about the targets: `[{"name": "mask", "kind": "values"}]`, or of a class map also
    /// how many classes there are.
    var targetsJSON: JSON { .array(ids.filter { self[$0].op == .target }.map(targetJSON)) }

    private func targetJSON(_ id: NodeID) -> JSON {
        var members: [(key: String, value: JSON)] = [("name", .string(self[id].name))]
        switch self[id].type.element {
        case .float32: members.append(("kind", .string("values")))
        case .classIndex:
            members.append(("kind", .string("classes")))
            if let count = classCount(of: id) { members.append(("classes", .integer(count))) }
        }
        return .object(members)
    }

    /// The channels of the logits that a class map is compared with: those of its size beside it in an operator.
    private func classCount(of target: NodeID) -> Int? {
        let size = self[target].type.shape
        let beside = nodes.filter { $0.inputs.contains(target) }.flatMap(\.inputs).map { self[$0].type.shape }
        return beside.first { $0.count == 3 && Array($0.dropFirst()) == size }?.first
    }
}
