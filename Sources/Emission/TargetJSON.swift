import Base
import GraphIR

extension Graph {
    /// What the trainer needs to know about the targets: `[{"name": "mask", "kind": "values"}]`, or of a class map also
    /// how many classes there are.
    var targetsJSON: JSON { .array(ids.filter { self[$0].op == .target }.map(targetJSON)) }

    private func targetJSON(_ id: NodeID) -> JSON {
        var members: [(key: String, value: JSON)] = [("name", .string(self[id].name))]
        if !self[id].type.isClasses {
            members.append(("kind", .string("values")))
        } else {
            members.append(("kind", .string("classes")))
            if let (count, ignored) = classes(of: id) {
                members.append(("classes", .integer(count)))
                if let ignored { members.append(("ignore", .integer(ignored))) }
            }
        }
        return .object(members)
    }
}
