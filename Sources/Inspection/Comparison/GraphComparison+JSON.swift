import Base
import Emission

extension GraphComparison {
    /// Counts up when a key of the JSON form changes its meaning or goes; keys may be added without that.
    public static let schemaVersion = 1

    /// What has changed as data, described in docs/DUMPS.md.
    /// - Parameter near: the node to begin at, and how many edges away others may be; nil for all.
    /// - Returns: nil for a node that is not there.
    public func json(near focus: (name: String, radius: Int)? = nil) -> String? {
        var members: [(key: String, value: JSON)] = [
            ("schema", .string("unetc-diff")), ("version", .integer(Self.schemaVersion)), ("title", .string(title)),
        ]
        var shown = Array(entries.indices)
        if let focus {
            guard let center = entries.firstIndex(where: { $0.name == focus.name }) else { return nil }
            let isNear = picture.nearness(to: center, radius: focus.radius)
            shown = shown.filter { isNear[$0] }
            members.append(
                ("focus", .object([("node", .string(focus.name)), ("radius", .integer(focus.radius))])))
        }
        let counts = GraphPicture.Mark.allCases.map { mark in
            (key: mark.rawValue, value: JSON.integer(shown.count { entries[$0].mark == mark }))
        }
        let kept = (key: "kept", value: JSON.integer(shown.count { entries[$0].mark == nil }))
        members.append(("counts", .object([kept] + counts)))
        members.append(("nodes", .array(shown.map { entries[$0].json })))
        return JSON.object(members).pretty(depth: 3) + "\n"
    }
}

extension GraphComparison.Entry {
    fileprivate var json: JSON {
        .object([
            ("name", .string(name)), ("change", .string(mark?.rawValue ?? "kept")),
            ("before", before.map(JSON.string) ?? .null), ("after", after.map(JSON.string) ?? .null),
            ("absorbed_into", absorbedInto.map(JSON.string) ?? .null),
        ])
    }
}
