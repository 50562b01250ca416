import Base
import Imaging

/// A chart of lines as inline SVG, with labelled axes. `ReportScript` adds values under the pointer and smoothed lines.
struct SVGChart {
    var chart: LineChart
    /// An epoch to be marked, if the chart shows it.
    var best: Int?
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
        let parts =
            frame(x, y) + mark(points.map(\.x), x, y) + chart.series.enumerated().map { line($1, number: $0, x, y) }
            + [legend]
        let name = chart.title.isEmpty ? chart.yLabel : chart.title
        return Markup.element(
            "svg",
            [
                "class": "chart", "viewBox": "0 0 \(number(width)) \(number(height))", "role": "img",
                "aria-label": name.shown,
                "data-plot": [x.start, x.end, y.end, y.start].map(number).joined(separator: " "),
            ],
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

    /// A line upwards at the best epoch.
    private func mark(_ shown: [Double], _ x: Scale, _ y: Scale) -> [String] {
        guard let best = best.map(Double.init), let last = shown.max(), shown.contains(best) else { return [] }
        let place = x.place(best)
        let isRight = best > last / 2
        return [
            path("best", "M\(number(place)) \(number(y.end))V\(number(y.start))"),
            text(
                "best: \(x.axis.label(best))",
                [
                    "class": "note", "x": number(place + (isRight ? -5 : 5)), "y": number(y.end + 11),
                    "text-anchor": isRight ? "end" : "start",
                ]),
        ]
    }

    private func path(_ look: String, _ commands: String) -> String {
        Markup.element("path", ["class": look, "d": commands])
    }

    private func text(_ words: String, _ attributes: KeyValuePairs<String, String>) -> String {
        Markup.element("text", attributes, HTML.text(words))
    }

    /// What the script needs goes with it: places on the page beside epochs and values.
    private func line(_ series: LineChart.Series, number index: Int, _ x: Scale, _ y: Scale) -> String {
        var path = ""
        var dots = ""
        var data: [String] = []
        var isDrawing = false
        for point in series.points {
            guard point.y.isFinite else {
                isDrawing = false
                continue
            }
            let (left, top) = (number(x.place(point.x)), number(y.place(point.y)))
            path += (isDrawing ? "L" : "M") + "\(left) \(top)"
            isDrawing = true
            data.append("\(left) \(top) \(x.axis.label(point.x)) \(Text.significant(point.y))")
            // Many would be a thicker line, and most of the page.
            if series.points.count <= 60 {
                dots += Markup.element("circle", ["cx": left, "cy": top, "r": "3"])
            }
        }
        return Markup.element(
            "g",
            [
                "class": "series s\(Self.place(index))", "data-name": series.name.shown,
                "data-points": data.joined(separator: ";"),
            ], Markup.element("path", ["class": "line", "d": path]) + dots)
    }

    /// Names of the lines above the chart.
    private var legend: String {
        var left = Self.margins.left
        let parts = chart.series.enumerated().map { index, series in
            let start = left
            left += 34 + 7.2 * Double(series.name.count)
            return Markup.element(
                "path", ["class": "line s\(Self.place(index))", "d": "M\(number(start)) 16h18"])
                + text(series.name, ["x": number(start + 24), "y": "20"])
        }
        return parts.joined()
    }

    /// Of a series' colour in `ReportStyle`; the palette repeats.
    private static func place(_ index: Int) -> Int { index % Color.palette.count }

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
