import Base
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
            if let (count, ignored) = classes(of: id) {
                members.append(("classes", .integer(count)))
                if let ignored { members.append(("ignore", .integer(ignored))) }
            }
        }
        return .object(members)
    }

    /// The channels of the logits that a class map is compared with, and the number that does not count.
    public func classes(of target: NodeID) -> (count: Int, ignored: Int?)? {
        for node in nodes where node.inputs.count >= 2 && node.inputs[1] == target {
            if case .classLoss(.crossEntropy(let loss)) = node.op {
                return (self[node.inputs[0]].type.shape[0], loss.ignored)
            }
        }
        return nil
    }
}
