import Base

/// A drawing as SVG, element by element in the order in which they are painted.
///
/// Looks come from the style sheet, by class, so that one drawing serves light and dark screens. Numbers have at most one
/// decimal: the same drawing gives the same bytes in every process.
struct SVGDocument {
    private var lines: [String]

    /// - Parameters:
    ///   - width: of the drawing, in pixels, as all lengths are.
    ///   - title: what a reader that cannot show the drawing says instead.
    init(width: Double, height: Double, style: String, title: String) {
        lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(number(width)) \(number(height))\" "
                + "width=\"\(number(width))\" height=\"\(number(height))\" role=\"img\">",
            Self.title(title),
            "<style>\n\(style)\n</style>",
        ]
    }

    /// The file.
    var text: String { lines.joined(separator: "\n") + "\n</svg>\n" }

    mutating func rectangle(
        _ look: String, _ frame: Rectangle, radius: Double = 0, tooltip: String? = nil
    ) {
        let place = (number(frame.x), number(frame.y))
        let sides = (number(frame.width), number(frame.height))
        if radius > 0 {
            add(
                "rect",
                ["class": look, "x": place.0, "y": place.1, "width": sides.0, "height": sides.1, "rx": number(radius)],
                tooltip)
        } else {
            add("rect", ["class": look, "x": place.0, "y": place.1, "width": sides.0, "height": sides.1], tooltip)
        }
    }

    mutating func line(_ look: String, from start: Point, to end: Point, tooltip: String? = nil) {
        add(
            "line",
            [
                "class": look, "x1": number(start.x), "y1": number(start.y), "x2": number(end.x), "y2": number(end.y),
            ], tooltip)
    }

    /// - Parameter commands: in SVG's path language.
    mutating func path(_ look: String, _ commands: String, tooltip: String? = nil) {
        add("path", ["class": look, "d": commands], tooltip)
    }

    /// - Parameter isVertical: turned to read from below to above, around `place`.
    mutating func text(
        _ look: String, _ content: String, at place: Point, anchor: TextAnchor = .start, isVertical: Bool = false
    ) {
        let position =
            isVertical
            ? "transform=\"translate(\(number(place.x)) \(number(place.y))) rotate(-90)\""
            : "x=\"\(number(place.x))\" y=\"\(number(place.y))\""
        let alignment = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        lines.append("<text class=\"\(look)\" \(position)\(alignment)>\(Markup.text(content))</text>")
    }

    mutating func open(_ look: String, tooltip: String? = nil) {
        lines.append("<g class=\"\(look)\">" + (tooltip.map(Self.title) ?? ""))
    }

    mutating func close() { lines.append("</g>") }

    private mutating func add(_ tag: String, _ attributes: KeyValuePairs<String, String>, _ tooltip: String?) {
        lines.append(Markup.element(tag, attributes, tooltip.map(Self.title)))
    }

    private static func title(_ text: String) -> String { Markup.element("title", [:], Markup.text(text)) }
}

/// Which part of a text its place is.
enum TextAnchor: String {
    case start, middle, end
}
