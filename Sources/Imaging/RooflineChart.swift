/// What limits pieces of work on a machine (Williams, Waterman and Patterson 2009): operations a second against operations
/// a byte, both logarithmic, under the roof that peak and bandwidth make.
public struct RooflineChart: Sendable {
    /// A piece of work.
    public struct Point: Sendable {
        /// What is written beside it; empty for none.
        public var label: String
        /// The legend's entry that it belongs to.
        public var kind: Int
        /// Operations for each byte that is moved.
        public var intensity: Double
        /// Operations a second.
        public var speed: Double
        /// Of the time of all, 0 ... 1: the area of its dot.
        public var share: Double

        public init(label: String, kind: Int, intensity: Double, speed: Double, share: Double) {
            self.label = label
            self.kind = kind
            self.intensity = intensity
            self.speed = speed
            self.share = share
        }
    }

    public var title: String
    /// A line of small print below the title.
    public var note: String
    public var kinds: [LegendEntry]
    /// Those with an intensity and a speed above 0 are drawn; labels of the first ones find room first.
    public var points: [Point]
    /// Operations a second at best.
    public var peak: Double
    /// Bytes a second at best.
    public var bandwidth: Double

    public init(
        title: String, note: String, kinds: [LegendEntry], points: [Point], peak: Double, bandwidth: Double
    ) {
        self.title = title
        self.note = note
        self.kinds = kinds
        self.points = points
        self.peak = peak
        self.bandwidth = bandwidth
    }

    /// Draws the chart at `width` x `height` pixels, at least 480 x 320.
    public func render(width: Int, height: Int) -> Bitmap {
        var drawing = RooflineDrawing(chart: self, width: max(width, 480), height: max(height, 320))
        drawing.draw()
        return drawing.canvas.bitmap
    }
}

/// One rendering of a chart: where everything goes, then the strokes.
private struct RooflineDrawing {
    private static let ink = Color(40, 40, 40)
    private static let faintInk = Color(85, 85, 85)
    private static let grid = Color(228, 228, 228)
    private static let scale = 2
    private static let margin = 16

    let chart: RooflineChart
    var canvas: Canvas
    private let lineHeight = Canvas.textHeight(scale: scale)
    private let xAxis: LogAxis
    private let yAxis: LogAxis
    private let legend: Legend
    private let left: Int
    private let top: Int
    private let right: Int
    private let bottom: Int
    private let points: [RooflineChart.Point]
    /// Where something is written or dotted.
    private var taken: [PixelBox] = []

    init(chart: RooflineChart, width: Int, height: Int) {
        self.chart = chart
        canvas = Canvas(width: width, height: height)
        let usable = chart.points.filter { point in
            [point.intensity, point.speed].allSatisfy { $0.isFinite && $0 > 0 }
        }
        points = usable
        let ridge = chart.peak / chart.bandwidth
        // Room for names to the right of dots and above them.
        xAxis = LogAxis(values: usable.flatMap { [$0.intensity, 2.5 * $0.intensity] } + [ridge * 4, ridge / 16])
        yAxis = LogAxis(values: usable.flatMap { [$0.speed, 2 * $0.speed] } + [chart.peak * 2, chart.peak / 30])
        legend = Legend(chart.kinds, width: width - 2 * Self.margin, scale: Self.scale)
        let margin = Self.margin
        top = margin + 2 * (lineHeight + margin) + legend.height + margin
        left = 2 * margin + lineHeight + Self.widestLabel(of: yAxis) + 10
        right = max(width - margin - 8, left + 20)
        bottom = max(height - 2 * margin - 2 * lineHeight - 6, top + 20)
    }

    private static func widestLabel(of axis: LogAxis) -> Int {
        axis.ticks.map { Canvas.textWidth(axis.label($0), scale: scale) }.max() ?? 0
    }

    mutating func draw() {
        drawTexts()
        drawAxes()
        drawRoof()
        // The largest first, so that small ones lie on top.
        for point in points.sorted(by: { $0.share > $1.share }) { drawDot(point) }
        for point in points where !point.label.isEmpty { drawLabel(point) }
    }

    private func x(_ value: Double) -> Double { xAxis.position(value, from: Double(left), to: Double(right)) }
    private func y(_ value: Double) -> Double { yAxis.position(value, from: Double(bottom), to: Double(top)) }

    // MARK: The frame

    private mutating func drawTexts() {
        let (margin, scale) = (Self.margin, Self.scale)
        let room = canvas.width - 2 * margin
        canvas.text(Canvas.fitting(chart.title, width: room, scale: scale), x: margin, y: margin, scale: scale, .black)
        canvas.text(
            Canvas.fitting(chart.note, width: room, scale: scale), x: margin, y: 2 * margin + lineHeight, scale: scale,
            Self.faintInk)
        legend.draw(on: &canvas, x: margin, y: 3 * margin + 2 * lineHeight, Self.ink)
        let xLabel = "FLOP a byte moved"
        canvas.text(
            xLabel, x: (left + right - Canvas.textWidth(xLabel, scale: scale)) / 2,
            y: canvas.height - margin - lineHeight + 4, scale: scale, Self.ink)
        let yLabel = "GFLOP/s"
        canvas.textUpwards(
            yLabel, x: margin, y: (top + bottom + Canvas.textWidth(yLabel, scale: scale)) / 2, scale: scale, Self.ink)
    }

    private mutating func drawAxes() {
        for tick in yAxis.ticks {
            let y = Int(y(tick).rounded())
            canvas.fill(x: left, y: y, width: right - left, height: 1, Self.grid)
            let label = yAxis.label(tick)
            canvas.text(
                label, x: left - 10 - Canvas.textWidth(label, scale: Self.scale), y: y - lineHeight / 2,
                scale: Self.scale, Self.faintInk)
        }
        for tick in xAxis.ticks {
            let x = Int(x(tick).rounded())
            canvas.fill(x: x, y: top, width: 1, height: bottom - top, Self.grid)
            let label = xAxis.label(tick)
            let width = Canvas.textWidth(label, scale: Self.scale)
            canvas.text(
                label, x: min(x - width / 2, canvas.width - width - 2), y: bottom + 8, scale: Self.scale, Self.faintInk)
        }
        canvas.fill(x: left, y: top, width: 1, height: bottom - top + 1, Self.faintInk)
        canvas.fill(x: left, y: bottom, width: right - left, height: 1, Self.faintInk)
    }

    // MARK: The roof

    private mutating func drawRoof() {
        guard chart.peak > 0, chart.bandwidth > 0, chart.peak.isFinite, chart.bandwidth.isFinite else { return }
        // Where the slope enters the plot: from the left or from below.
        let start = max(xAxis.range.lowerBound, yAxis.range.lowerBound / chart.bandwidth)
        let ridge = (x(chart.peak / chart.bandwidth), y(chart.peak))
        canvas.line(from: (x(start), y(start * chart.bandwidth)), to: ridge, thickness: 2.5, Self.ink)
        canvas.line(from: ridge, to: (Double(right), ridge.1), thickness: 2.5, Self.ink)
        let peak = "peak \(fixedPoint(chart.peak, decimals: 0)) GFLOP/s"
        // Above the slope, where little can be.
        write(
            peak, x: Int(ridge.0) - Canvas.textWidth(peak, scale: Self.scale) - 14, y: Int(ridge.1) - lineHeight / 2,
            Self.ink)
        let bandwidth = "bandwidth \(fixedPoint(chart.bandwidth, decimals: 1)) GB/s"
        // Left of the slope, a quarter of the way below the ridge, where there is room for it.
        let half = (start * chart.peak / chart.bandwidth).squareRoot()
        let middle = (half * chart.peak / chart.bandwidth).squareRoot()
        let width = Canvas.textWidth(bandwidth, scale: Self.scale)
        write(
            bandwidth, x: max(left + 6, Int(x(middle)) - width - 12), y: Int(y(middle * chart.bandwidth)) - lineHeight,
            Self.ink)
    }

    // MARK: Dots and their names

    private func radius(_ point: RooflineChart.Point) -> Double {
        4 + 36 * min(max(point.share, 0), 1).squareRoot()
    }

    private mutating func drawDot(_ point: RooflineChart.Point) {
        let center = (x: x(point.intensity), y: y(point.speed))
        let radius = radius(point)
        canvas.disc(center: center, radius: radius, .white)
        canvas.disc(center: center, radius: radius - 1, color(point))
        let reach = Int(radius.rounded(.up))
        taken.append(
            PixelBox(x: Int(center.x) - reach, y: Int(center.y) - reach, width: 2 * reach, height: 2 * reach))
    }

    private func color(_ point: RooflineChart.Point) -> Color {
        chart.kinds.indices.contains(point.kind) ? chart.kinds[point.kind].color : Self.faintInk
    }

    /// Beside the dot where there is room, further away with a line to the dot; nowhere when everything near is taken.
    private mutating func drawLabel(_ point: RooflineChart.Point) {
        let (centerX, centerY) = (Int(x(point.intensity)), Int(y(point.speed)))
        let width = Canvas.textWidth(point.label, scale: Self.scale)
        for distance in stride(from: Int(radius(point)) + 6, through: 160, by: 10) {
            let places = [
                (centerX + distance, centerY - lineHeight / 2), (centerX - distance - width, centerY - lineHeight / 2),
                (centerX - width / 2, centerY - distance - lineHeight), (centerX - width / 2, centerY + distance),
                (centerX + distance * 3 / 4, centerY - distance * 3 / 4 - lineHeight),
                (centerX + distance * 3 / 4, centerY + distance * 3 / 4),
                (centerX - distance * 3 / 4 - width, centerY - distance * 3 / 4 - lineHeight),
                (centerX - distance * 3 / 4 - width, centerY + distance * 3 / 4),
            ]
            for (x, y) in places {
                let box = PixelBox(x: x, y: y, width: width, height: lineHeight)
                guard x > left + 2, x + width < canvas.width - 2, y > top, y + lineHeight < bottom - 2,
                    !taken.contains(where: { $0.overlaps(box.grown(by: 3)) })
                else { continue }
                if distance > Int(radius(point)) + 20 {
                    let near = (
                        x: Double(min(max(centerX, x), x + width)), y: Double(min(max(centerY, y), y + lineHeight))
                    )
                    canvas.line(from: (Double(centerX), Double(centerY)), to: near, thickness: 1, Self.faintInk)
                }
                return write(point.label, x: x, y: y, Self.ink)
            }
        }
    }

    private mutating func write(_ text: String, x: Int, y: Int, _ color: Color) {
        canvas.text(text, x: x, y: y, scale: Self.scale, color)
        taken.append(PixelBox(x: x, y: y, width: Canvas.textWidth(text, scale: Self.scale), height: lineHeight))
    }
}

/// A rectangle of pixels.
private struct PixelBox {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    func grown(by margin: Int) -> PixelBox {
        PixelBox(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
    }

    func overlaps(_ other: PixelBox) -> Bool {
        x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
    }
}
