import Base
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
        return Markup.element(
            "svg",
            ["viewBox": "0 0 \(number(width)) \(number(height))", "role": "img", "aria-label": chart.title.shown],
            "\n" + parts.joined(separator: "\n") + "\n")
    }

    private func frame(_ x: Scale, _ y: Scale) -> [String] {
        let grid = y.axis.ticks.map { tick in
            let place = number(y.place(tick))
            return path("grid", "M\(number(x.start)) \(place)H\(number(x.end))")
                + text(
                    y.axis.label(tick),
                    ["x": number(x.start - 8), "y": place, "dy": "4", "text-anchor": "end"])
        }
        let ticks = x.axis.ticks.map { tick in
            let place = number(x.place(tick))
            return path("axis", "M\(place) \(number(y.start))v5")
                + text(x.axis.label(tick), ["x": place, "y": number(y.start + 18), "text-anchor": "middle"])
        }
        let middle = number((x.start + x.end) / 2)
        let turned = "translate(14 \(number((y.start + y.end) / 2))) rotate(-90)"
        return grid + ticks + [
            path("axis", "M\(number(x.start)) \(number(y.end))V\(number(y.start))H\(number(x.end))"),
            text(chart.xLabel, ["x": middle, "y": number(height - 6), "text-anchor": "middle"]),
            text(chart.yLabel, ["transform": turned, "text-anchor": "middle"]),
        ]
    }

    private func path(_ look: String, _ commands: String) -> String {
        Markup.element("path", ["class": look, "d": commands])
    }

    private func text(_ words: String, _ attributes: KeyValuePairs<String, String>) -> String {
        Markup.element("text", attributes, HTML.text(words))
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
        return Markup.element(
            "path", ["fill": "none", "stroke": color, "stroke-width": "2", "stroke-linejoin": "round", "d": path])
            + Markup.element("g", ["fill": color], dots)
    }

    /// A point that says its value when pointed at; small where there are many.
    private func dot(
        _ series: LineChart.Series, _ point: (x: Double, y: Double), _ x: Scale, _ y: Scale
    ) -> String {
        let radius = series.points.count > 60 ? "1" : "3"
        let title = "\(series.name), \(chart.xLabel) \(x.axis.label(point.x)): \(Text.significant(point.y))"
        return Markup.element(
            "circle", ["cx": number(x.place(point.x)), "cy": number(y.place(point.y)), "r": radius],
            Markup.element("title", [:], HTML.text(title)))
    }

    /// Names of the lines above the chart.
    private var legend: String {
        var left = Self.margins.left
        let parts = chart.series.enumerated().map { index, series in
            let start = left
            left += 34 + 7.2 * Double(series.name.count)
            return Markup.element(
                "path", ["stroke": Self.color(index), "stroke-width": "3", "d": "M\(number(start)) 16h18"])
                + text(series.name, ["x": number(start + 24), "y": "20"])
        }
        return parts.joined()
    }

    private static func color(_ index: Int) -> String {
        let color = Color.series(index)
        return "rgb(\(color.red),\(color.green),\(color.blue))"
    }

    private func number(_ value: Double) -> String { Markup.number(value) }
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
