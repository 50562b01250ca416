import Imaging

/// A chart of lines as inline SVG, with labelled axes.
struct SVGChart {
    var chart: LineChart
    var width = 760.0
    var height = 300.0

    private static let margins = (left: 64.0, right: 16.0, top: 34.0, bottom: 44.0)

    /// The `<svg>` element; equal charts give equal texts.
    var text: String {
        let points = chart.series.flatMap(\.points)
        let x = Scale(
            Axis(values: points.map(\.x), tickCount: 10, padding: 0, isWhole: true), from: Self.margins.left,
            to: width - Self.margins.right)
        let y = Scale(
            Axis(values: points.map(\.y), tickCount: 6, padding: 0.05), from: height - Self.margins.bottom,
            to: Self.margins.top)
        let parts = frame(x, y) + chart.series.enumerated().map { line($1, number: $0, x, y) } + [legend]
        return "<svg viewBox=\"0 0 \(number(width)) \(number(height))\" role=\"img\" "
            + "aria-label=\"\(HTML.text(chart.title))\">\n" + parts.joined(separator: "\n") + "\n</svg>"
    }

    private func frame(_ x: Scale, _ y: Scale) -> [String] {
        let grid = y.axis.ticks.map { tick in
            let place = number(y.place(tick))
            return "<path class=\"grid\" d=\"M\(number(x.start)) \(place)H\(number(x.end))\"/>"
                + "<text x=\"\(number(x.start - 8))\" y=\"\(place)\" dy=\"4\" text-anchor=\"end\">\(y.axis.label(tick))</text>"
        }
        let ticks = x.axis.ticks.map { tick in
            let place = number(x.place(tick))
            return "<path class=\"axis\" d=\"M\(place) \(number(y.start))v5\"/>"
                + "<text x=\"\(place)\" y=\"\(number(y.start + 18))\" text-anchor=\"middle\">\(x.axis.label(tick))</text>"
        }
        let middle = number((x.start + x.end) / 2)
        return grid + ticks + [
            "<path class=\"axis\" d=\"M\(number(x.start)) \(number(y.end))V\(number(y.start))H\(number(x.end))\"/>",
            "<text x=\"\(middle)\" y=\"\(number(height - 6))\" text-anchor=\"middle\">\(HTML.text(chart.xLabel))</text>",
            "<text transform=\"translate(14 \(number((y.start + y.end) / 2))) rotate(-90)\" text-anchor=\"middle\">"
                + "\(HTML.text(chart.yLabel))</text>",
        ]
    }

    private func line(_ series: LineChart.Series, number index: Int, _ x: Scale, _ y: Scale) -> String {
        var path = ""
        var dots = ""
        var isDrawing = false
        for point in series.points {
            guard point.y.isFinite else {
                isDrawing = false
                continue
            }
            let place = "\(number(x.place(point.x))) \(number(y.place(point.y)))"
            path += (isDrawing ? "L" : "M") + place
            isDrawing = true
            dots += dot(series, point, x, y)
        }
        let color = Self.color(index)
        return "<path fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" stroke-linejoin=\"round\" d=\"\(path)\"/>"
            + "<g fill=\"\(color)\">\(dots)</g>"
    }

    /// A point that says its value when pointed at; small where there are many.
    private func dot(
        _ series: LineChart.Series, _ point: (x: Double, y: Double), _ x: Scale, _ y: Scale
    ) -> String {
        let radius = series.points.count > 60 ? "1" : "3"
        let title = "\(series.name), \(chart.xLabel) \(x.axis.label(point.x)): \(Text.significant(point.y))"
        return "<circle cx=\"\(number(x.place(point.x)))\" cy=\"\(number(y.place(point.y)))\" r=\"\(radius)\">"
            + "<title>\(HTML.text(title))</title></circle>"
    }

    /// Names of the lines above the chart.
    private var legend: String {
        var left = Self.margins.left
        let parts = chart.series.enumerated().map { index, series in
            let start = left
            left += 34 + 7.2 * Double(series.name.count)
            return "<path stroke=\"\(Self.color(index))\" stroke-width=\"3\" d=\"M\(number(start)) 16h18\"/>"
                + "<text x=\"\(number(start + 24))\" y=\"20\">\(HTML.text(series.name))</text>"
        }
        return parts.joined()
    }

    private static func color(_ index: Int) -> String {
        let color = Color.series(index)
        return "rgb(\(color.red),\(color.green),\(color.blue))"
    }

    private func number(_ value: Double) -> String { Text.fixed(value, 1) }
}

/// An axis and where it lies.
private struct Scale {
    var axis: Axis
    var start: Double
    var end: Double

    init(_ axis: Axis, from start: Double, to end: Double) {
        self.axis = axis
        self.start = start
        self.end = end
    }

    func place(_ value: Double) -> Double {
        let range = axis.range
        return start + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (end - start)
    }
}
