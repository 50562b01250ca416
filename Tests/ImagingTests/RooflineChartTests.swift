import Imaging
import Testing

@Suite struct RooflineChartTests {
    private static let ink = Color(40, 40, 40)

    private func pixels(of color: Color, in bitmap: Bitmap) -> Int {
        stride(from: 0, to: bitmap.pixels.count, by: 3).count { i in
            Color(bitmap.pixels[i], bitmap.pixels[i + 1], bitmap.pixels[i + 2]) == color
        }
    }

    private func chart(
        _ points: [RooflineChart.Point], peak: Double = 400, bandwidth: Double = 20
    ) -> RooflineChart {
        let kinds = (0..<3).map { LegendEntry(color: .palette[$0], name: "kind \($0)") }
        return RooflineChart(title: "net", note: "note", kinds: kinds, points: points, peak: peak, bandwidth: bandwidth)
    }

    private func point(_ label: String, kind: Int, intensity: Double, speed: Double, share: Double)
        -> RooflineChart.Point
    {
        RooflineChart.Point(label: label, kind: kind, intensity: intensity, speed: speed, share: share)
    }

    @Test func dotsHaveTheirColoursAndTheAreaOfTheirTime() {
        let points = [
            point("layer", kind: 0, intensity: 1, speed: 10, share: 0.1),
            point("", kind: 1, intensity: 4, speed: 30, share: 0.2),
            point("", kind: 2, intensity: 7, speed: 50, share: 0.3),
        ]
        let drawn = chart(points).render(width: 900, height: 600)
        let empty = chart([]).render(width: 900, height: 600)
        var areas: [Int] = []
        for kind in 0..<3 {
            areas.append(pixels(of: .palette[kind], in: drawn) - pixels(of: .palette[kind], in: empty))
        }
        #expect(areas[0] > 300 && areas[0] < areas[1] && areas[1] < areas[2], "\(areas)")
        let nameless = chart(points.dropFirst() + [point("", kind: 0, intensity: 1, speed: 10, share: 0.1)])
        let names = pixels(of: Self.ink, in: drawn) - pixels(of: Self.ink, in: nameless.render(width: 900, height: 600))
        #expect(names > 50, "the name of a layer is written")
        #expect(chart(points).render(width: 900, height: 600) == drawn)
    }

    private static let oddNumbers: [Double] = [0, -1, .nan, .infinity, 1e-300, 1e300, 1]

    /// Points without work or time, and machines that could not be measured.
    @Test(arguments: oddNumbers, oddNumbers)
    func oddNumbersDoNotTrap(value: Double, other: Double) {
        let points = [
            point("a", kind: -1, intensity: value, speed: other, share: value),
            point("b", kind: 99, intensity: other, speed: value, share: other),
        ]
        #expect(chart(points).render(width: 0, height: 0).width == 480)
        #expect(chart(points, peak: value, bandwidth: other).render(width: 500, height: 320).height == 320)
    }

    private static let axes: [(values: [Double], labels: [String])] = [
        ([1, 1000], ["1", "10", "100", "1000"]), ([0.02, 0.3], ["0.02", "0.05", "0.1", "0.2"]),
        ([], ["1", "2", "5", "10"]), ([2e7, 3e7], ["2e7"]), ([1e-5, 1e-5], ["1e-5"]),
    ]

    @Test(arguments: axes)
    func logarithmicAxesHaveRoundTicks(values: [Double], labels: [String]) {
        let axis = LogAxis(values: values)
        #expect(axis.ticks.map(axis.label) == labels)
    }
}
