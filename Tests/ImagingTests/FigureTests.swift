import Imaging
import Testing

@Suite struct FigureTests {
    private func pixels(of color: Color, in bitmap: Bitmap) -> Int {
        stride(from: 0, to: bitmap.pixels.count, by: 3).count { i in
            Color(bitmap.pixels[i], bitmap.pixels[i + 1], bitmap.pixels[i + 2]) == color
        }
    }

    @Test func chartDrawsEverySeriesInItsColour() {
        let names = ["train loss", "test loss", "Dice"]
        let series = names.enumerated().map { index, name in
            LineChart.Series(name: name, points: (0..<20).map { (Double($0), Double($0 * index)) })
        }
        let chart = LineChart(title: "training", xLabel: "epoch", yLabel: "loss", series: series)
        let bitmap = chart.render(width: 480, height: 300)
        #expect(bitmap.width == 480 && bitmap.height == 300 && bitmap.channels == 3)
        for index in names.indices { #expect(pixels(of: .series(index), in: bitmap) > 200, "\(names[index])") }
        #expect(chart.render(width: 480, height: 300) == bitmap)
    }

    @Test func gapsStayEmpty() {
        let whole = (0..<9).map { (x: Double($0), y: 1.0) }
        let broken = whole.map { (x: $0.x, y: (3...5).contains($0.x) ? Double.nan : $0.y) }
        func ink(_ points: [(x: Double, y: Double)]) -> Int {
            let series = [LineChart.Series(name: "", points: points)]
            let chart = LineChart(title: "", xLabel: "", yLabel: "", series: series)
            return pixels(of: .series(0), in: chart.render(width: 400, height: 200))
        }
        #expect(ink(broken) > 0)
        #expect(Double(ink(broken)) < 0.6 * Double(ink(whole)))
    }

    /// Charts of whatever training leaves behind: nothing, one point, no finite value, huge, tiny and flat values.
    @Test(
        arguments: [
            [], [1], [.nan, .nan], [.infinity, 1], [0, 0, 0], [5, 5, 5], [1e300, -1e300], [1e-300, 2e-300],
            [-0.5, 1e6],
            [1e15, 1e15 + 1], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude],
        ] as [[Double]])
    func oddValuesDoNotTrap(values: [Double]) {
        let points = values.enumerated().map { (x: Double($0), y: $1) }
        let swapped = points.map { (x: $0.y, y: $0.x) }
        for points in [points, swapped] {
            let series = [LineChart.Series(name: "a very long name that cannot fit into the chart", points: points)]
            let chart = LineChart(title: "odd", xLabel: "x", yLabel: "y", series: series)
            #expect(chart.render(width: 0, height: -7).width == 320)
        }
    }

    @Test func figureShowsEveryCell() {
        let colors = [Color(250, 10, 10), Color(10, 250, 10), Color(10, 10, 250)]
        let rows = [(40, 20), (20, 40)].map { width, height in
            colors.map { color in
                var canvas = Canvas(width: width, height: height)
                canvas.fill(x: 0, y: 0, width: width, height: height, color)
                return canvas.bitmap
            }
        }
        let figure = Figure(
            columnTitles: ["picture", "truth", "prediction"], rows: rows, rowCaptions: ["first.jpg", "second.jpg"])
        let bitmap = figure.render(cell: 64)
        for color in colors { #expect(pixels(of: color, in: bitmap) == 64 * 32 + 32 * 64, "\(color)") }
    }

    @Test func maskOfZeroAndOneIsVisible() {
        let mask = Bitmap(width: 2, height: 1, channels: 1, pixels: [0, 1])
        let bitmap = Figure(columnTitles: [], rows: [[mask]]).render(cell: 64)
        #expect(pixels(of: .black, in: bitmap) == 32 * 32)
    }

    @Test func legendsAreDrawnInRows() {
        let one = Bitmap(width: 64, height: 64, channels: 3, fill: 255)
        let entries = (0..<9).map { LegendEntry(color: .classColor($0), name: "class number \($0)") }
        func figure(_ count: Int) -> Bitmap {
            Figure(columnTitles: [], rows: [[one, one]], legend: Array(entries.prefix(count))).render(cell: 160)
        }
        let bitmap = figure(9)
        for entry in entries { #expect(pixels(of: entry.color, in: bitmap) >= 100, "\(entry.name)") }
        #expect(figure(0).height < figure(1).height && figure(1).height < bitmap.height)
        #expect(figure(1).width == bitmap.width)
    }

    @Test(arguments: [1, 2, 11, 40, 255])
    func matricesOfAnySizeRender(count: Int) {
        let values = (0..<count).map { row in (0..<count).map { Optional($0 == row ? 1.0 : 0) } }
        let chart = MatrixChart(
            title: "test", rowTitle: "truth", columnTitle: "prediction", names: (0..<count).map { "\($0)" },
            values: values)
        let bitmap = chart.render()
        #expect(pixels(of: Color(0, 90, 150), in: bitmap) > 20 * count, "the diagonal is dark")
        #expect(bitmap.width < 2600 && bitmap.height < 2600)
    }

    @Test func emptyRowsOfAMatrixSaySo() {
        func render(_ value: Double?) -> Bitmap {
            MatrixChart(title: "", rowTitle: "", columnTitle: "", names: ["a"], values: [[value]]).render()
        }
        #expect(render(nil) != render(0))
        #expect(render(0.002) != render(0), "what is not nothing is not called 0")
    }

    @Test func raggedAndEmptyFiguresRender() {
        let one = Bitmap(width: 1, height: 1, channels: 3)
        let figure = Figure(columnTitles: ["a", "b"], rows: [[], [one], [one, one, one]], rowCaptions: ["x"])
        #expect(figure.render(cell: -5).width > 3 * 32)
        #expect(Figure(columnTitles: [], rows: []).render(cell: 64).height > 0)
    }
}
