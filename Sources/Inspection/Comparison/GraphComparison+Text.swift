extension GraphComparison {
    /// What has changed, one node after the other in the order of the later graph: `+` added, `-` removed, `~` changed with
    /// the line before and after, `>` absorbed by another node.
    public var text: String {
        let marked = entries.filter { $0.mark != nil }
        let counts = GraphPicture.Mark.allCases.map { mark in
            "\(entries.filter { $0.mark == mark }.count) \(mark.rawValue)"
        }
        let heading = "\(title): \(entries.count - marked.count) as before, " + counts.joined(separator: ", ")
        return ([heading] + marked.flatMap(\.words)).map { $0 + "\n" }.joined()
    }
}

extension GraphComparison.Entry {
    /// The entry in a line or two.
    var words: [String] {
        switch mark {
        case nil: [after ?? name]
        case .added: ["+ \(after ?? name)"]
        case .removed: ["- \(before ?? name)"]
        case .changed: ["~ \(before ?? name)", "  \(after ?? name)"]
        case .absorbed: ["> \(before ?? name), now in \(absorbedInto ?? "")"]
        }
    }
}
