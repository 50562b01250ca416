import Runtime

extension JSONValue {
    /// The value over several lines, as far as `depth` levels of objects and lists are opened; deeper ones stay on one.
    func laidOut(depth: Int, indent: String = "") -> String {
        let inner = indent + "  "
        func block(_ open: String, _ parts: [String], _ close: String) -> String {
            open + "\n" + parts.map { inner + $0 }.joined(separator: ",\n") + "\n" + indent + close
        }
        switch self {
        case .array(let values) where depth > 0 && !values.isEmpty:
            return block("[", values.map { $0.laidOut(depth: depth - 1, indent: inner) }, "]")
        case .object(let members) where depth > 0 && !members.isEmpty:
            let parts = members.map {
                JSONValue.string($0.name).text + ": " + $0.value.laidOut(depth: depth - 1, indent: inner)
            }
            return block("{", parts, "}")
        default: return text
        }
    }
}
