import Driver
import Strategy
import Imaging

/// Memory against the time of a step, for people.
func drawMemoryCurve(_ curve: MemoryCurve, to path: String) throws {
    let points = curve.points.map { (x: Double($0.bytes) / 1_048_576, y: $0.milliseconds) }
    let chart = LineChart(
        title: "memory of a training, and the predicted time of a step", xLabel: "MiB", yLabel: "ms",
        series: [LineChart.Series(name: "predicted", points: points.reversed())])
    try chart.render(width: 720, height: 400).writePNG(to: path)
}
