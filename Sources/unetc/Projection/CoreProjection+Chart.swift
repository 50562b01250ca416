import Base
import Imaging

extension CoreProjection {
    /// Speed-up by cores for each plan, and below which steps hold the most cores up, and why.
    func picture(width: Int) -> Bitmap {
        let top = chart.render(width: width, height: width * 5 / 9)
        let panels = plans.filter { $0.plan.rows.last.map { $0.threads > 1 } ?? false }
        let lists = panels.map { LossBars(name: $0.name, plan: $0.plan, width: width) }
        var canvas = Canvas(width: width, height: top.height + lists.reduce(0) { $0 + $1.height })
        canvas.draw(top, x: 0, y: 0)
        var y = top.height
        for list in lists {
            list.draw(on: &canvas, y: y)
            y += list.height
        }
        return canvas.bitmap
    }

    private var chart: LineChart {
        var series = plans.map { name, plan in
            LineChart.Series(name: name, points: plan.rows.map { (Double($0.threads), plan.speedUp($0)) })
        }
        let most = Double(inference.rows.last?.threads ?? 1)
        series.append(LineChart.Series(name: "all cores always at work", points: [(1, 1), (most, most)]))
        return LineChart(
            title: "\(graph), batch \(batch): projected speed-up", xLabel: "cores", yLabel: "times one core",
            series: series)
    }
}

/// What a plan's steps lose on the most cores: a bar each, in colours for the reasons.
private struct LossBars {
    private static let scale = 2
    private static let margin = 16
    private static let shown = 8
    private static let ink = Color(40, 40, 40)
    private static let reasons: [(name: String, part: @Sendable (ProjectedStage) -> Double)] = [
        ("few or uneven tasks", { $0.imbalance }), ("barriers", { $0.barrier }), ("bandwidth", { $0.bandwidth }),
    ]

    let title: String
    let legend: Legend
    private let rows: [Row]
    private let width: Int
    private let lineHeight = Canvas.textHeight(scale: scale) + 12

    private struct Row {
        var name: String
        /// Of all that is lost, for each reason.
        var parts: [Double]
    }

    init(name: String, plan: PlanProjection, width: Int) {
        title = "\(name): what \(plan.rows.last?.threads ?? 1) cores lose by steps, in % of all that is lost"
        legend = Legend(
            Self.reasons.enumerated().map { LegendEntry(color: Self.color($0.offset), name: $0.element.name) },
            width: width - 2 * Self.margin, scale: Self.scale)
        self.width = width
        let stages = plan.rows.last?.stages ?? []
        rows = plan.heldUp(Self.shown).map { place, share in
            let stage = stages[place]
            let parts = Self.reasons.map { stage.lost > 0 ? share * $0.part(stage) / stage.lost : 0 }
            return Row(name: plan.stages[place].name, parts: parts)
        }
    }

    var height: Int { lineHeight * (rows.count + 1) + legend.height + 3 * Self.margin }

    func draw(on canvas: inout Canvas, y: Int) {
        var y = y
        let room = width - 2 * Self.margin
        canvas.text(
            Canvas.fitting(title, width: room, scale: Self.scale), x: Self.margin, y: y, scale: Self.scale, .black)
        y += lineHeight
        legend.draw(on: &canvas, x: Self.margin, y: y, Self.ink)
        y += legend.height + Self.margin
        let names = room / 3
        let values = Canvas.textWidth("00.0", scale: Self.scale)
        let longest = max(rows.map { $0.parts.reduce(0, +) }.max() ?? 0, .leastNormalMagnitude)
        for row in rows {
            canvas.text(
                Canvas.fitting(row.name, width: names - 12, scale: Self.scale), x: Self.margin, y: y,
                scale: Self.scale, Self.ink)
            var x = Self.margin + names
            for (place, part) in row.parts.enumerated() {
                let bar = Int((part / longest * Double(room - names - values - 12)).rounded())
                canvas.fill(x: x, y: y, width: bar, height: lineHeight - 10, Self.color(place))
                x += bar
            }
            canvas.text(decimal(100 * row.parts.reduce(0, +), 1), x: x + 8, y: y, scale: Self.scale, Self.ink)
            y += lineHeight
        }
    }

    private static func color(_ reason: Int) -> Color { .series(reason + 3) }
}
