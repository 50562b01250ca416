import Base
import DataSets
import Imaging
import Nets
import Predictions
import Tasks

/// The pictures that a run leaves.
package enum RunFigures {
    /// The losses over the epochs, and below them what tests measure.
    package static func curves(_ log: MetricsLog, title: String) -> Bitmap {
        stacked(charts(log, title: title).map { $0.render(width: 900, height: 400) })
    }

    /// The charts of `curves`, without those that have nothing to show.
    static func charts(_ log: MetricsLog, title: String) -> [LineChart] {
        func series(_ name: String, _ value: (MetricsRow) -> Double?) -> LineChart.Series {
            LineChart.Series(
                name: name,
                points: log.rows.compactMap { row in
                    value(row).flatMap { $0.isFinite ? (x: Double(row.epoch), y: $0) : nil }
                })
        }
        let losses = [series("training") { $0.trainLoss }, series("test") { $0.test?.loss }]
        let measures = log.task.measures
        let measured = measures.enumerated().map { index, measure in
            series(measure.title) { row in row.test.flatMap { $0.values[index] } }
        }
        let titles = measures.map { $0.title + ($0.unit.isEmpty ? "" : " (\($0.unit))") }
        let label = titles.joined(separator: ", ") + log.sizeText
        let charts = [
            LineChart(title: title, xLabel: "epoch", yLabel: "loss", series: losses.filter { !$0.points.isEmpty }),
            LineChart(title: "", xLabel: "epoch", yLabel: label, series: measured.filter { !$0.points.isEmpty }),
        ]
        return charts.filter { !$0.series.isEmpty }
    }

    private static func stacked(_ parts: [Bitmap]) -> Bitmap {
        var canvas = Canvas(width: parts.map(\.width).max() ?? 1, height: max(1, parts.reduce(0) { $0 + $1.height }))
        var y = 0
        for part in parts {
            canvas.draw(part, x: 0, y: y)
            y += part.height
        }
        return canvas.bitmap
    }

    /// Picture, truth and prediction of the given samples, a row each; picture and reconstruction where the net learns
    /// its input.
    /// - Throws: `RuntimeError` when the net cannot run; `TrainerError` when a file is no longer what it was.
    package static func samples(
        _ indices: [Int], of data: DataSet, net: Net, names: ClassNames, cell: Int
    ) throws -> Bitmap {
        let shape = data.shape
        let shown = try indices.map(data.sample)
        var rows: [[Bitmap]] = []
        try net.eachOutput(count: indices.count, prepare: { shown[$0].picture.fed(channels: shape.channels) }) {
            index, output in
            let sample = shown[index]
            // In RGB, for a figure takes one channel for a mask.
            let picture = Bitmap(planes: sample.picture.shown, shape: shape, data.shownBands).convertedToRGB()
            switch shape.task {
            case .mask:
                let found = shape.framed(output.map { $0 > 0 }, outside: false)
                rows.append([picture, mask(sample.mask.map { $0 != 0 }, shape), mask(found, shape)])
            case .classes(let range):
                let found = ClassMap.largest(output, classes: range.count)
                rows.append([picture] + [sample.mask, found].map { ClassColors.bitmap($0, shape) })
            case .labels(let range):
                let found = shape.framed(range.bytes(output) { $0 > 0 }, outside: 0)
                rows.append([picture] + [sample.mask, found].map { ClassColors.bitmap($0, shape) })
            case .reconstruction: rows.append([picture, Prediction.picture(output, shape: shape).convertedToRGB()])
            }
        }
        let titles = shape.task.needsMasks ? ["picture", "truth", "prediction"] : ["picture", "reconstruction"]
        let legend = ClassColors.legend(shape.task, names)
        return Figure(
            columnTitles: titles, rows: rows, rowCaptions: shown.map(\.name), legend: legend
        ).render(cell: cell)
    }

    /// How often which class was taken for which, in percent of the true class.
    package static func confusion(_ matrix: ConfusionMatrix, names: ClassNames, title: String) -> Bitmap {
        let values = (0..<matrix.count).map { truth in
            let whole = matrix.truth(truth)
            return (0..<matrix.count).map { whole > 0 ? Double(matrix[truth, $0]) / Double(whole) : nil }
        }
        return MatrixChart(
            title: title + ": % of each true class", rowTitle: "truth", columnTitle: "prediction",
            names: names.names, values: values
        ).render()
    }

    /// Dice, precision and recall against the probability from which on a pixel is object.
    package static func thresholds(_ curve: ThresholdCurve, title: String) -> Bitmap {
        let points = curve.points
        func series(_ name: String, _ value: (ThresholdCurve.Point) -> Double?) -> LineChart.Series {
            LineChart.Series(name: name, points: points.map { (x: $0.threshold, y: value($0) ?? .nan) })
        }
        let best = curve.best.map { "best Dice \(Text.fixed($0.dice, 4)) at \(Text.fixed($0.threshold, 4))" } ?? ""
        let chart = LineChart(
            title: [title, best].filter { !$0.isEmpty }.joined(separator: ": "), xLabel: "threshold", yLabel: "",
            series: [series("Dice") { $0.dice }, series("precision") { $0.precision }, series("recall") { $0.recall }])
        return chart.render(width: 900, height: 450)
    }

    private static func mask(_ pixels: [Bool], _ shape: SampleShape) -> Bitmap {
        Bitmap(width: shape.maskWidth, height: shape.maskHeight, channels: 1, pixels: pixels.map { $0 ? 255 : 0 })
    }
}
