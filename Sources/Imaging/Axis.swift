import Platform

/// One axis of a chart: a range of values, and round numbers in it to label.
package struct Axis: Sendable {
    package let range: ClosedRange<Double>
    /// Multiples of 1, 2 or 5 times a power of ten that lie in the range.
    package let ticks: [Double]
    private let step: Double

    /// An axis for `values`, of which only the finite ones count, with about `count` ticks. `padding` is the share of
    /// the range added on either side. `isWhole` leaves out ticks between whole numbers.
    package init(values: [Double], tickCount count: Int, padding: Double, isWhole: Bool = false) {
        let finite = values.filter(\.isFinite)
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        // A flat line gets some room; so does one so flat that Double cannot tell its ticks apart.
        let least = max(abs(low), abs(high)) * 1e-6
        if high - low <= least {
            let room = max(least, low == 0 ? 0.5 : abs(low) * 0.05)
            (low, high) = (low - room, high + room)
        }
        let room = (high - low) * padding
        range = low - room...high + room
        let nice = Self.niceStep((range.upperBound - range.lowerBound) / Double(max(count, 1)))
        let step = isWhole ? max(nice, 1) : nice
        let first = (range.lowerBound / step).rounded(.up)
        let last = (range.upperBound / step).rounded(.down)
        ticks = first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : []
        self.step = step
    }

    /// The place of a value on a line from `start` to `end` pixels.
    func position(_ value: Double, from start: Double, to end: Double) -> Double {
        start + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (end - start)
    }

    /// A tick's text, with as many decimals as the ticks need to differ.
    package func label(_ tick: Double) -> String {
        let exponent = Int(floor(log10(step) + 1e-9))
        let largest = ticks.map(abs).max() ?? 0
        if largest < 1e6 && exponent >= -5 { return fixedPoint(tick, decimals: max(-exponent, 0)) }
        let power = largest > 0 ? Int(floor(log10(largest) + 1e-9)) : exponent
        if tick == 0 { return "0" }
        return fixedPoint(tick / pow(10, Double(power)), decimals: max(power - exponent, 0)) + "e\(power)"
    }

    /// The smallest of 1, 2, 5 times a power of ten that is at least `raw`.
    static func niceStep(_ raw: Double) -> Double {
        let power = pow(10, floor(log10(raw)))
        let leading = [1.0, 2, 5].first { $0 * power >= raw * (1 - 1e-9) } ?? 10
        return leading * power
    }
}

/// A number with a fixed count of decimals, rounded.
func fixedPoint(_ value: Double, decimals: Int) -> String {
    let factor = pow(10, Double(decimals))
    let scaled = (abs(value) * factor).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let digits = String(Int(scaled))
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(decimals + 1 - digits.count, 0)) + digits
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
}
