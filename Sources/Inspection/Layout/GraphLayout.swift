/// Where the boxes and lines of a picture of a graph are: layers from above to below, a column for each level of
/// coarseness, so that a U-Net goes to the right as it goes down into its coarse maps, and back.
public struct GraphLayout: Hashable, Sendable {
    /// In pixels.
    public var width: Double
    public var height: Double
    /// By node of the picture.
    public var boxes: [Rectangle]
    /// By edge of the picture, from the lower edge of its source to the upper edge of its end.
    public var routes: [[Point]]

    static let margin = 24.0
    private static let headingHeight = 46.0
    private static let layerGap = 24.0
    static let lineHeight = 12.0

    public init(_ picture: GraphPicture) {
        var graph = LayeredGraph(picture)
        graph.orderLayers()
        let sizes = picture.nodes.map(Self.size)
        let placement = LanePlacement(graph, widths: graph.items.map { $0.isLine ? 0 : sizes[$0.node].width })
        var bands: [(top: Double, bottom: Double)] = []
        var top = Self.headingHeight
        for layer in graph.layers {
            let heights = layer.filter { !graph.items[$0].isLine }.map { sizes[graph.items[$0].node].height }
            bands.append((top, top + (heights.max() ?? 0)))
            top += (heights.max() ?? 0) + Self.layerGap
        }
        height = top + Self.margin + 20
        let centers = placement.centers.map { $0 + Self.margin }
        let boxes = picture.nodes.indices.map { index in
            let size = sizes[index]
            return Rectangle(
                x: centers[index] - size.width / 2, y: bands[graph.items[index].layer].top, width: size.width,
                height: size.height)
        }
        // Lines go straight through a layer, where boxes are, and bend between layers.
        routes = graph.routes.map { route in
            guard let source = route.first, let end = route.last else { return [] }
            let inner = route.dropFirst().dropLast().flatMap { item in
                let band = bands[graph.items[item].layer]
                return [Point(centers[item], band.top), Point(centers[item], band.bottom)]
            }
            let start = [
                Point(centers[source], boxes[source].maxY),
                Point(centers[source], bands[graph.items[source].layer].bottom),
            ]
            return start + inner + [Point(centers[end], boxes[end].y)]
        }
        self.boxes = boxes
        width = max((boxes.map(\.maxX) + routes.flatMap { $0 }.map(\.x)).max() ?? 0, 420) + Self.margin
    }

    private static func size(_ node: GraphPicture.Node) -> (width: Double, height: Double) {
        let widths = [textWidth(node.name, size: 11.5)] + node.lines.map { textWidth($0, size: 10) }
        return ((widths.max() ?? 0) + 14, 10 + lineHeight * Double(1 + node.lines.count))
    }
}
