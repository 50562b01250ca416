import Imaging

/// The pictures that a run leaves.
enum RunFigures {
    /// Loss and Dice over the epochs.
    static func curves(_ log: MetricsLog, title: String) -> Bitmap {
        func series(_ name: String, _ value: (MetricsRow) -> Double?) -> LineChart.Series {
            LineChart.Series(
                name: name, points: log.rows.compactMap { row in value(row).map { (x: Double(row.epoch), y: $0) } })
        }
        let all = [
            series("training loss") { $0.trainLoss }, series("test loss") { $0.test?.loss },
            series("test Dice") { $0.test?.dice },
        ]
        let chart = LineChart(
            title: title, xLabel: "epoch", yLabel: "loss, Dice", series: all.filter { !$0.points.isEmpty })
        return chart.render(width: 900, height: 540)
    }

    /// Picture, truth and prediction of the given samples, a row each.
    /// - Throws: `RuntimeError` when the net cannot run.
    static func samples(_ indices: [Int], of data: DataSet, net: Net, cell: Int) throws -> Bitmap {
        let maker = BatchMaker(data: data)
        var rows: [[Bitmap]] = []
        try net.eachLogits(count: indices.count, prepare: { maker.picture(indices[$0]) }) { index, logits in
            let sample = data.samples[indices[index]]
            rows.append([
                Bitmap(planes: sample.picture, shape: data.shape),
                mask(sample.mask.map { $0 != 0 }, data.shape),
                mask(logits.map { $0 > 0 }, data.shape),
            ])
        }
        let names = indices.map { data.samples[$0].name }
        return Figure(columnTitles: ["picture", "truth", "prediction"], rows: rows, rowCaptions: names).render(
            cell: cell)
    }

    private static func mask(_ pixels: [Bool], _ shape: SampleShape) -> Bitmap {
        Bitmap(width: shape.maskWidth, height: shape.maskHeight, channels: 1, pixels: pixels.map { $0 ? 255 : 0 })
    }
}
