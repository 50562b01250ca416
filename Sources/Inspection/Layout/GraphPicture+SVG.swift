import GraphIR

extension GraphPicture {
    /// The picture as a drawing with the built-in layout. Point at a box to read all about it.
    public func svg(_ direction: GraphLayout.Direction = .down) -> String { GraphDrawing(self, direction).text }
}

/// Draws lines first, then boxes over them.
private struct GraphDrawing {
    private let picture: GraphPicture
    private let layout: GraphLayout
    private var document: SVGDocument

    init(_ picture: GraphPicture, _ direction: GraphLayout.Direction) {
        self.picture = picture
        layout = GraphLayout(picture, direction: direction)
        document = SVGDocument(width: layout.width, height: layout.height, style: graphStyle, title: picture.title)
        document.rectangle("paper", Rectangle(x: 0, y: 0, width: layout.width, height: layout.height))
        document.text("title", picture.title, at: Point(GraphLayout.margin, 28))
        for (edge, route) in zip(picture.edges, layout.routes) { document.path(edge.kind.look, commands(route)) }
        for (node, box) in zip(picture.nodes, layout.boxes) { draw(node, box) }
        drawLegend()
    }

    var text: String { document.text }

    private mutating func draw(_ node: GraphPicture.Node, _ box: Rectangle) {
        let result = node.isResult ? " result" : ""
        let mark = node.mark.map { " \($0.rawValue)" } ?? ""
        document.open("node", tooltip: node.detail)
        document.rectangle(
            "box \(node.phase.rawValue)\(result)\(mark)", box, radius: node.phase == .leaves ? 10 : 3)
        var y = box.y + 14
        document.text("name", node.name, at: Point(box.center.x, y), anchor: .middle)
        for line in node.lines {
            y += GraphLayout.lineHeight
            document.text("line", line, at: Point(box.center.x, y), anchor: .middle)
        }
        document.close()
    }

    /// A smooth line through the points, in the layers' direction at each of them.
    private func commands(_ route: [Point]) -> String {
        guard let first = route.first else { return "" }
        var text = "M\(number(first.x)) \(number(first.y))"
        var before = first
        for (index, point) in route.enumerated().dropFirst() {
            if isStraight(before, point) {
                // What goes straight on is one piece.
                let goesOn = index + 1 < route.count && isStraight(point, route[index + 1])
                if !goesOn { text += "L\(number(point.x)) \(number(point.y))" }
            } else {
                text += curve(from: before, to: point)
            }
            before = point
        }
        return text
    }

    private func isStraight(_ a: Point, _ b: Point) -> Bool {
        switch layout.direction {
        case .down: abs(a.x - b.x) < 0.05
        case .right: abs(a.y - b.y) < 0.05
        }
    }

    private func curve(from a: Point, to b: Point) -> String {
        let end = "\(number(b.x)) \(number(b.y))"
        switch layout.direction {
        case .down:
            let middle = number((a.y + b.y) / 2)
            return "C\(number(a.x)) \(middle) \(number(b.x)) \(middle) \(end)"
        case .right:
            let middle = number((a.x + b.x) / 2)
            return "C\(middle) \(number(a.y)) \(middle) \(number(b.y)) \(end)"
        }
    }

    private mutating func drawLegend() {
        let phases = Phase.allCases.filter { phase in picture.nodes.contains { $0.phase == phase } }.map(\.rawValue)
        let marks = GraphPicture.Mark.allCases.filter { mark in picture.nodes.contains { $0.mark == mark } }
            .map(\.rawValue)
        var x = GraphLayout.margin
        let y = layout.height - 16
        for name in phases + marks {
            document.rectangle("box \(name)", Rectangle(x: x, y: y - 10, width: 14, height: 12), radius: 3)
            document.text("line", name, at: Point(x + 20, y))
            x += 20 + textWidth(name, size: 10) + 16
        }
    }
}

extension GraphPicture.EdgeKind {
    fileprivate var look: String {
        switch self {
        case .input: "edge"
        case .fused: "edge fused"
        case .host: "edge host"
        }
    }
}

/// The hues of the arena's drawing; marks of a comparison take a box's border as well, for those who see no hues.
private let graphStyle = """
    text{font-family:system-ui,"DejaVu Sans",sans-serif;fill:#24292f}
    .paper{fill:#fff}.title{font-size:16px;font-weight:600}.name{font-size:11px;font-weight:600}.line{font-size:10px}
    .edge{fill:none;stroke:#6e7781;stroke-width:1.1}.fused{stroke-dasharray:5 3}.host{stroke-dasharray:1.5 3}
    .box{fill:#fff;stroke:#57606a;stroke-width:.8}.result{stroke-width:2.4}
    .leaves{fill:#bfe6d9}.forward{fill:#c3e1f5}.backward{fill:#f9dfa9}.update{fill:#dbc2e6}
    .added{stroke:#007a55;stroke-width:3}.removed{fill:#fff;stroke:#c4320a;stroke-width:2;stroke-dasharray:7 3}
    .changed{stroke:#8250df;stroke-width:3;stroke-dasharray:none}.absorbed{fill:#fff;stroke:#bf3989;stroke-width:2;stroke-dasharray:2 2}
    .node:hover .box{stroke:#0550ae;stroke-width:2.4}
    @media (prefers-color-scheme:dark){
    text{fill:#e6edf3}.paper{fill:#0d1117}.edge{stroke:#8b949e}.box{fill:#0d1117;stroke:#8b949e}
    .leaves{fill:#0f4f3e}.forward{fill:#1a4a6b}.backward{fill:#694606}.update{fill:#533064}
    .added{stroke:#3fd6a4}.removed{fill:#0d1117;stroke:#ff9b75}.changed{stroke:#d2a8ff}.absorbed{fill:#0d1117;stroke:#ff80c8}
    .node:hover .box{stroke:#79c0ff}
    }
    """
