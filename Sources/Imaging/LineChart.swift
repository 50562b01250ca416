/// Named series of points as lines over labelled axes, on white.
public struct LineChart: Sendable {
    /// A line of one colour.
    public struct Series: Sendable {
        public var name: String
        /// From left to right; a point whose `y` is NaN or infinite leaves a gap.
        public var points: [(x: Double, y: Double)]

        public init(name: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points
        }
    }

    public var title: String
    public var xLabel: String
    public var yLabel: String
    public var series: [Series]

    public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
    }

    /// Draws the chart at `width` x `height` pixels, at least 320 x 200.
    public func render(width: Int, height: Int) -> Bitmap {
        var drawing = ChartDrawing(chart: self, width: max(width, 320), height: max(height, 200))
        drawing.draw()
        return drawing.canvas.bitmap
    }
}

/// One rendering of a chart: where everything goes, then the strokes.
private struct ChartDrawing {
    private static let ink = Color(40, 40, 40)
    private static let faintInk = Color(85, 85, 85)
    private static let grid = Color(228, 228, 228)
    private static let scale = 2
    private static let margin = 16
    private static let legendSwatch = 28

    let chart: LineChart
    var canvas: Canvas
    private let lineHeight = Canvas.textHeight(scale: scale)
    private let xAxis: Axis
    private let yAxis: Axis
    /// The names of the series in rows, each with its colour's number.
    private var legend: [[(index: Int, name: String)]] = []
    private var left = 0
    private var top = 0
    private var right = 0
    private var bottom = 0

    init(chart: LineChart, width: Int, height: Int) {
        self.chart = chart
        canvas = Canvas(width: width, height: height)
        let points = chart.series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        yAxis = Axis(values: points.map(\.y), tickCount: max(height / 50, 2), padding: 0.05)
        xAxis = Axis(
            values: points.map(\.x), tickCount: max(width / 110, 2), padding: 0.02,
            isWhole: points.allSatisfy { $0.x == $0.x.rounded() })
        legend = legendRows(width: width - 2 * Self.margin)
        placePlot()
    }

    private func legendEntryWidth(_ name: String) -> Int {
        Self.legendSwatch + 8 + Canvas.textWidth(name, scale: Self.scale)
    }

    private func legendRows(width: Int) -> [[(index: Int, name: String)]] {
        var rows: [[(index: Int, name: String)]] = []
        var used = Int.max / 2
        for (index, series) in chart.series.enumerated() where !series.name.isEmpty {
            let name = Canvas.fitting(series.name, width: width - Self.legendSwatch - 8, scale: Self.scale)
            let entry = legendEntryWidth(name)
            if used + 24 + entry > width {
                rows.append([])
                used = -24
            }
            rows[rows.count - 1].append((index, name))
            used += 24 + entry
        }
        return rows
    }

    private mutating func placePlot() {
        let gap = Self.margin
        top = gap
        if !chart.title.isEmpty { top += lineHeight + gap }
        top += legend.count * (lineHeight + 10)
        bottom = canvas.height - gap - lineHeight - 10
        if !chart.xLabel.isEmpty { bottom -= lineHeight + gap - 4 }
        let labels = yAxis.ticks.map { Canvas.textWidth(yAxis.label($0), scale: Self.scale) }
        left = gap + (labels.max() ?? 0) + 10
        if !chart.yLabel.isEmpty { left += lineHeight + gap }
        right = canvas.width - gap - 8
        // A legend or labels too big for the picture must not turn the plot inside out.
        bottom = max(bottom, top + 20)
        right = max(right, left + 20)
    }

    mutating func draw() {
        drawTexts()
        drawLegend()
        drawAxes()
        for (index, series) in chart.series.enumerated() { drawSeries(series, Color.series(index)) }
    }

    private mutating func drawTexts() {
        let scale = Self.scale
        let title = Canvas.fitting(chart.title, width: canvas.width - 2 * Self.margin, scale: scale)
        canvas.text(
            title, x: (canvas.width - Canvas.textWidth(title, scale: scale)) / 2, y: Self.margin, scale: scale, .black)
        let xLabel = Canvas.fitting(chart.xLabel, width: right - left, scale: scale)
        canvas.text(
            xLabel, x: (left + right - Canvas.textWidth(xLabel, scale: scale)) / 2,
            y: canvas.height - Self.margin - lineHeight, scale: scale, Self.ink)
        // A long one in small letters.
        let small = Canvas.textWidth(chart.yLabel, scale: scale) <= bottom - top ? scale : 1
        let yLabel = Canvas.fitting(chart.yLabel, width: bottom - top, scale: small)
        canvas.textUpwards(
            yLabel, x: Self.margin, y: (top + bottom + Canvas.textWidth(yLabel, scale: small)) / 2, scale: small,
            Self.ink)
    }

    private mutating func drawLegend() {
        var y = top - legend.count * (lineHeight + 10)
        for row in legend {
            let width = row.map { legendEntryWidth($0.name) + 24 }.reduce(-24, +)
            var x = (left + right - width) / 2
            x = max(min(x, canvas.width - Self.margin - width), Self.margin)
            for (index, name) in row {
                let middle = Double(y + lineHeight / 2)
                canvas.line(
                    from: (Double(x), middle), to: (Double(x + Self.legendSwatch), middle), thickness: 4,
                    Color.series(index))
                canvas.text(name, x: x + Self.legendSwatch + 8, y: y, scale: Self.scale, Self.ink)
                x += legendEntryWidth(name) + 24
            }
            y += lineHeight + 10
        }
    }

    private mutating func drawAxes() {
        for tick in yAxis.ticks {
            let y = Int(yPosition(tick).rounded())
            canvas.fill(x: left, y: y, width: right - left, height: 1, Self.grid)
            let label = yAxis.label(tick)
            let x = left - 10 - Canvas.textWidth(label, scale: Self.scale)
            canvas.text(label, x: x, y: y - lineHeight / 2, scale: Self.scale, Self.faintInk)
        }
        for tick in xAxis.ticks {
            let x = Int(xPosition(tick).rounded())
            canvas.fill(x: x, y: top, width: 1, height: bottom - top, Self.grid)
            canvas.fill(x: x, y: bottom, width: 1, height: 5, Self.faintInk)
            let label = xAxis.label(tick)
            let width = Canvas.textWidth(label, scale: Self.scale)
            let start = min(x - width / 2, canvas.width - width - 2)
            canvas.text(label, x: start, y: bottom + 10, scale: Self.scale, Self.faintInk)
        }
        canvas.fill(x: left, y: top, width: 1, height: bottom - top + 1, Self.faintInk)
        canvas.fill(x: left, y: bottom, width: right - left, height: 1, Self.faintInk)
    }

    private func xPosition(_ x: Double) -> Double { xAxis.position(x, from: Double(left), to: Double(right)) }
    private func yPosition(_ y: Double) -> Double { yAxis.position(y, from: Double(bottom), to: Double(top)) }

    private mutating func drawSeries(_ series: LineChart.Series, _ color: Color) {
        let places: [(x: Double, y: Double)?] = series.points.map { point in
            point.x.isFinite && point.y.isFinite ? (xPosition(point.x), yPosition(point.y)) : nil
        }
        for (a, b) in zip(places, places.dropFirst()) {
            if let a, let b { canvas.line(from: a, to: b, thickness: 2.5, color) }
        }
        // Dots show where few points were measured, and the ones that gaps leave alone.
        let spacing = Double(right - left) / Double(max(places.count, 1))
        for (i, place) in places.enumerated() {
            let isAlone = (i == 0 || places[i - 1] == nil) && (i + 1 == places.count || places[i + 1] == nil)
            if let place, isAlone || spacing >= 12 { canvas.disc(center: place, radius: 3.5, color) }
        }
    }
}
