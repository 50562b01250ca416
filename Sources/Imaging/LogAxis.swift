import Platform

/// A logarithmic axis: a range of positive values, and powers of ten, or 1, 2 and 5 times those, to label.
package struct LogAxis: Sendable {
    package let range: ClosedRange<Double>
    package let ticks: [Double]
    private let low: Double
    private let high: Double

    /// An axis for `values`, of which only positive finite ones count, with room for a fifth more on either side.
    package init(values: [Double]) {
        let usable = values.filter { $0.isFinite && $0 > 0 }
        // Far within what Double holds, so that neither the room nor a tick leaves it.
        let bounds = [usable.min() ?? 1, usable.max() ?? 10].map { min(max($0, 1e-280), 1e280) }
        range = bounds[0] / 1.25...bounds[1] * 1.25
        low = log10(range.lowerBound)
        high = log10(range.upperBound)
        let decades = Int(floor(low))...Int(ceil(high))
        let factors = high - low < 3 ? [1.0, 2, 5] : [1]
        let stride = max(1, decades.count / 12)
        let range = range
        ticks = decades.filter { $0 % stride == 0 }.flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
            .filter(range.contains)
    }

    /// The place of a value on a line from `start` to `end` pixels.
    func position(_ value: Double, from start: Double, to end: Double) -> Double {
        start + (log10(min(max(value, 1e-300), 1e300)) - low) / (high - low) * (end - start)
    }

    /// A tick's text: `0.05`, `20`, `1e6`.
    package func label(_ tick: Double) -> String {
        let power = Int(floor(log10(tick) + 1e-9))
        if power < -3 || power > 5 { return fixedPoint(tick / pow(10, Double(power)), decimals: 0) + "e\(power)" }
        return fixedPoint(tick, decimals: max(0, -power))
    }
}
