extension Graph {
    /// The graph for Graphviz: leaves outside, forward and backward values in a cluster each, updates below.
    public var dot: String {
        var lines = [
            "digraph \(dotString(name)) {",
            "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fillcolor=white];",
        ]
        for phase in Phase.allCases {
            let members = ids.filter { Phase(of: self[$0]) == phase }
            guard !members.isEmpty else { continue }
            lines.append("  subgraph cluster_\(phase.rawValue) {")
            lines.append("    label=\(dotString(phase.rawValue)); style=filled; color=\"\(phase.colour)\";")
            for id in members { lines.append("    " + dotNode(id)) }
            lines.append("  }")
        }
        for id in ids {
            for input in self[id].inputs { lines.append("  n\(input.index) -> n\(id.index);") }
            for operand in self[id].epilogue.flatMap(\.operands) {
                lines.append("  n\(operand.index) -> n\(id.index) [style=dashed];")
            }
            if let host = self[id].host, !self[id].inputs.contains(host) {
                lines.append("  n\(host.index) -> n\(id.index) [style=dotted];")
            }
        }
        lines.append("}")
        return lines.joined(separator: "\n") + "\n"
    }

    private func dotNode(_ id: NodeID) -> String {
        let node = self[id]
        let functions = [node.op.mnemonic] + node.epilogue.map(\.function.mnemonic)
        let label = dotString([node.name, functions.joined(separator: " + "), node.type.description])
        let isResult = id == loss || outputs.contains { $0.node == id }
        let shape = node.op.isLeaf ? ", shape=ellipse" : isResult ? ", penwidth=2" : ""
        return "n\(id.index) [label=\(label)\(shape)];"
    }
}

/// The part of a drawing that a node belongs to.
private enum Phase: String, CaseIterable {
    case leaves, forward, backward, update

    init(of node: Node) {
        if node.op.isLeaf {
            self = .leaves
        } else if node.op.isEffect {
            self = .update
        } else {
            self = node.origin.isBackward ? .backward : .forward
        }
    }

    var colour: String {
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

private func dotString(_ line: String) -> String { dotString([line]) }
