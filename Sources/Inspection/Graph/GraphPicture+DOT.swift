import GraphIR

extension GraphPicture {
    /// The picture for Graphviz: leaves outside, forward and backward values in a cluster each, updates below.
    public var dot: String {
        var lines = [
            "digraph \(dotString([title])) {",
            "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fillcolor=white];",
        ]
        for phase in Phase.allCases {
            let members = nodes.filter { $0.phase == phase }
            guard !members.isEmpty else { continue }
            lines.append("  subgraph cluster_\(phase.rawValue) {")
            lines.append("    label=\(dotString([phase.rawValue])); style=filled; color=\"\(phase.colour)\";")
            for node in members { lines.append("    " + dotNode(node)) }
            lines.append("  }")
        }
        for edge in edges {
            lines.append("  \(nodes[edge.from].key) -> \(nodes[edge.to].key)\(edge.kind.dotStyle);")
        }
        lines.append("}")
        return lines.joined(separator: "\n") + "\n"
    }

    private func dotNode(_ node: Node) -> String {
        let shape = node.phase == .leaves ? ", shape=ellipse" : node.isResult ? ", penwidth=2" : ""
        let mark = node.mark.map { ", fillcolor=\"\($0.colour)\"" } ?? ""
        return "\(node.key) [label=\(dotString([node.name] + node.lines))\(shape)\(mark)];"
    }
}

extension GraphPicture.EdgeKind {
    fileprivate var dotStyle: String {
        switch self {
        case .input: ""
        case .fused: " [style=dashed]"
        case .host: " [style=dotted]"
        }
    }
}

extension GraphPicture.Mark {
    fileprivate var colour: String {
        switch self {
        case .added: "#7fcfb6"
        case .removed: "#f2a38c"
        case .changed: "#f5e08a"
        case .absorbed: "#de9fc4"
        }
    }
}

extension Phase {
    fileprivate var colour: String {
        switch self {
        case .leaves: "#f2f2f2"
        case .forward: "#dcebfb"
        case .backward: "#fde8d7"
        case .update: "#e2f3df"
        }
    }
}

/// A quoted DOT string, one line of the label per part.
private func dotString(_ lines: [String]) -> String {
    let escaped = lines.map { line in
        line.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : $0.isNewline ? " " : String($0) }.joined()
    }
    return "\"" + escaped.joined(separator: "\\n") + "\""
}
