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
            "<title>\(escaped(title))</title>",
            "<style>\n\(style)\n</style>",
        ]
    }

    /// The file.
    var text: String { lines.joined(separator: "\n") + "\n</svg>\n" }

    mutating func rectangle(
        _ look: String, _ frame: Rectangle, radius: Double = 0, tooltip: String? = nil
    ) {
        let corner = radius > 0 ? " rx=\"\(number(radius))\"" : ""
        add(
            "<rect class=\"\(look)\" x=\"\(number(frame.x))\" y=\"\(number(frame.y))\" width=\"\(number(frame.width))\" "
                + "height=\"\(number(frame.height))\"\(corner)", "rect", tooltip)
    }

    mutating func line(_ look: String, from start: Point, to end: Point, tooltip: String? = nil) {
        add(
            "<line class=\"\(look)\" x1=\"\(number(start.x))\" y1=\"\(number(start.y))\" x2=\"\(number(end.x))\" "
                + "y2=\"\(number(end.y))\"", "line", tooltip)
    }

    /// - Parameter commands: in SVG's path language.
    mutating func path(_ look: String, _ commands: String, tooltip: String? = nil) {
        add("<path class=\"\(look)\" d=\"\(commands)\"", "path", tooltip)
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
        lines.append("<text class=\"\(look)\" \(position)\(alignment)>\(escaped(content))</text>")
    }

    mutating func open(_ look: String, tooltip: String? = nil) {
        lines.append("<g class=\"\(look)\">" + (tooltip.map { "<title>\(escaped($0))</title>" } ?? ""))
    }

    mutating func close() { lines.append("</g>") }

    private mutating func add(_ start: String, _ tag: String, _ tooltip: String?) {
        lines.append(start + (tooltip.map { "><title>\(escaped($0))</title></\(tag)>" } ?? "/>"))
    }
}

/// Which part of a text its place is.
enum TextAnchor: String {
    case start, middle, end
}

/// Text of which XML takes every character; control characters, which it takes in no form, become spaces.
private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\n": result += "&#10;"
        case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += " "
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
