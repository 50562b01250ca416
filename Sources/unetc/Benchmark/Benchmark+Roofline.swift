import Imaging
import Runtime

extension Benchmark {
    /// The steps under the machine's roof, one dot a step, those that take longest with their names; without those that
    /// compute nothing, and those that take less than a thousandth of the time.
    var roofline: RooflineChart {
        let whole = max(detailed.steps.reduce(0) { $0 + $1.seconds }, .leastNormalMagnitude)
        // Work so small that its time is that of a wake-up says nothing of the machine.
        let steps = detailed.steps.filter { $0.seconds >= Self.leastShare * whole && $0.flops > 0 && $0.bytes > 0 }
        let kinds = Self.longestKinds(of: steps)
        let points = steps.sorted { ($1.seconds, $0.step.name) < ($0.seconds, $1.step.name) }.enumerated().map {
            place, step in
            RooflineChart.Point(
                label: place < Self.namedSteps ? step.step.name : "",
                kind: kinds.firstIndex(of: step.kind) ?? kinds.count,
                intensity: step.bytes > 0 ? step.flops / step.bytes : 0,
                speed: step.seconds > 0 ? step.flops / step.seconds / 1e9 : 0, share: step.seconds / whole)
        }
        var legend = kinds.enumerated().map { LegendEntry(color: .palette[$0], name: $1) }
        legend.append(LegendEntry(color: .palette[kinds.count], name: "other"))
        return RooflineChart(
            title:
                "\(graph), batch \(batch), \(threads) \(threads == 1 ? "thread" : "threads"): steps of the \(stepName)",
            note: "area: time. FLOP of the plain operation: algorithms that save multiplications can pass the peak.",
            kinds: legend, points: points, peak: machine.peakFlops / 1e9, bandwidth: machine.bandwidth / 1e9)
    }

    private static let namedSteps = 10
    private static let leastShare = 0.001

    /// As many kinds as have a colour, those that take longest; the last colour is for the others.
    private static func longestKinds(of steps: [StepTime]) -> [String] {
        let times = Dictionary(grouping: steps, by: \.kind)
            .mapValues { $0.reduce(0) { $0 + $1.seconds } }
        return times.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Color.palette.count - 1).map(\.key)
    }
}
