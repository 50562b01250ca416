/// Where the boxes and lines of a picture of a graph are: in layers, each behind those that it reads, with a lane for each level
/// of coarseness, so that a U-Net is a U.
public struct GraphLayout: Hashable, Sendable {
    /// Where layers follow each other.
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        /// Layers from above to below, coarse maps to the right: the U lies on its side. Takes the least room.
        case down
        /// Layers from left to right, coarse maps below: an upright U.
        case right
    }

    public var direction: Direction
    /// In pixels.
    public var width: Double
    public var height: Double
    /// By node of the picture.
    public var boxes: [Rectangle]
    /// By edge of the picture, from the edge of its source to that of its end.
    public var routes: [[Point]]

    static let margin = 24.0
    static let lineHeight = 12.0
    private static let headingHeight = 46.0
    private static let legendHeight = 44.0

    public init(_ picture: GraphPicture, direction: Direction = .down) {
        self.direction = direction
        var graph = LayeredGraph(picture)
        graph.orderLayers()
        let frame = LayoutFrame(
            direction: direction, start: Point(Self.margin, Self.headingHeight), sizes: picture.nodes.map(Self.size))
        let placement = LanePlacement(graph, breadths: graph.items.map { $0.isLine ? 0 : frame.breadth($0.node) })
        let centers = placement.centers
        let bands = frame.bands(of: graph)
        let boxes = picture.nodes.indices.map { frame.box($0, center: centers[$0], band: bands[graph.items[$0].layer]) }
        // Lines go straight through a layer, where boxes are, and bend between layers.
        routes = graph.routes.map { route in
            guard let source = route.first, let end = route.last else { return [] }
            let through = route.dropLast().flatMap { item in
                let band = bands[graph.items[item].layer]
                let entry = item == source ? band.start + frame.depth(source) : band.start
                return [frame.point(centers[item], entry), frame.point(centers[item], band.end)]
            }
            return through + [frame.point(centers[end], bands[graph.items[end].layer].start)]
        }
        self.boxes = boxes
        let points = routes.flatMap { $0 }
        width = max((boxes.map(\.maxX) + points.map(\.x)).max() ?? 0, 420) + Self.margin
        height = ((boxes.map(\.maxY) + points.map(\.y)).max() ?? Self.headingHeight) + Self.legendHeight
    }

    private static func size(_ node: GraphPicture.Node) -> (width: Double, height: Double) {
        let widths = [textWidth(node.name, size: 11.5)] + node.lines.map { textWidth($0, size: 10) }
        return ((widths.max() ?? 0) + 14, 10 + lineHeight * Double(1 + node.lines.count))
    }
}

/// Turns places along the layers and across them into places of the drawing.
private struct LayoutFrame {
    let direction: GraphLayout.Direction
    /// The upper left corner of what is drawn.
    let start: Point
    let sizes: [(width: Double, height: Double)]

    private var layerGap: Double {
        switch direction {
        case .down: 24
        case .right: 32
        }
    }

    /// A box's extent across the layers' direction.
    func breadth(_ node: Int) -> Double {
        switch direction {
        case .down: sizes[node].width
        case .right: sizes[node].height
        }
    }

    /// A box's extent in the layers' direction.
    func depth(_ node: Int) -> Double {
        switch direction {
        case .down: sizes[node].height
        case .right: sizes[node].width
        }
    }

    /// Where each layer starts and ends.
    func bands(of graph: LayeredGraph) -> [(start: Double, end: Double)] {
        var bands: [(start: Double, end: Double)] = []
        for layer in graph.layers {
            let depth = layer.filter { !graph.items[$0].isLine }.map { self.depth(graph.items[$0].node) }.max() ?? 0
            let start = bands.last.map { $0.end + layerGap } ?? 0
            bands.append((start, start + depth))
        }
        return bands
    }

    func point(_ across: Double, _ along: Double) -> Point {
        switch direction {
        case .down: Point(start.x + across, start.y + along)
        case .right: Point(start.x + along, start.y + across)
        }
    }

    func box(_ node: Int, center: Double, band: (start: Double, end: Double)) -> Rectangle {
        let corner = point(center - breadth(node) / 2, band.start)
        return Rectangle(x: corner.x, y: corner.y, width: sizes[node].width, height: sizes[node].height)
    }
}
