import Imaging

extension CoreProjection {
    /// Speed-up by cores, for each plan.
    var chart: LineChart {
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
