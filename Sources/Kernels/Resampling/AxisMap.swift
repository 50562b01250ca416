import GraphIR

/// A place of the source along one axis, and what its value counts for in a place of the result.
struct AxisTap: Hashable {
    var place: Int
    var weight: Double
}

/// One axis of a resampling: which places of its input a place of its output is made of.
struct AxisMap {
    enum Rule {
        /// The sum of a window; the division by its size is the caller's.
        case window(kernel: Int, stride: Int, padding: Int)
        case nearest(Resampling.Position)
        case linear(Resampling.Position)
        case nails(scale: Int)
        case shift(by: Int, Border)
    }

    var input: Int
    var output: Int
    var rule: Rule

    init(_ map: Resampling, isVertical: Bool) {
        let side = { (extent: Extent) in isVertical ? extent.height : extent.width }
        input = side(map.input)
        output = side(map.output)
        switch map.rule {
        case .averagePool(let kernel, let stride, let padding):
            rule = .window(kernel: side(kernel), stride: side(stride), padding: side(padding))
        case .nearest: rule = Self.interpolation(.nearest, input, output)
        case .bilinear(_, let aligns):
            rule = Self.interpolation(aligns ? .bilinearCorners : .bilinear, input, output)
        case .resize(let interpolation, _): rule = Self.interpolation(interpolation, input, output)
        case .bedOfNails(let scale): rule = .nails(scale: side(scale))
        case .shift(let top, let left, let border): rule = .shift(by: isVertical ? top : left, border)
        }
    }

    private static func interpolation(_ interpolation: Interpolation, _ input: Int, _ output: Int) -> Rule {
        let position = Resampling.Position(interpolation, input: input, output: output)
        return interpolation.isLinear ? .linear(position) : .nearest(position)
    }

    /// What output place `i` is made of, in ascending order, without what counts for nothing.
    func taps(_ i: Int) -> [AxisTap] {
        switch rule {
        case .window(let kernel, let stride, let padding):
            let first = i * stride - padding
            return (max(0, first)..<max(0, first, min(input, first + kernel))).map { AxisTap(place: $0, weight: 1) }
        case .nearest(let position):
            return [AxisTap(place: (position.factor * i + position.offset) / position.divisor, weight: 1)]
        case .linear(let position):
            let place = min(max(0, position.factor * i + position.offset), position.divisor * (input - 1))
            let (low, rest) = place.quotientAndRemainder(dividingBy: position.divisor)
            let fraction = Double(rest) / Double(position.divisor)
            let taps = [AxisTap(place: low, weight: 1 - fraction), AxisTap(place: low + 1, weight: fraction)]
            return rest == 0 ? [taps[0]] : taps
        case .nails(let scale): return i % scale == 0 ? [AxisTap(place: i / scale, weight: 1)] : []
        case .shift(let distance, let border):
            return border.place(i - distance, size: input).map { [AxisTap(place: $0, weight: 1)] } ?? []
        }
    }

    /// What input place `a` of the gradient is made of, for all `a`: the taps turned round.
    var transposedTaps: [[AxisTap]] {
        var taps = Array(repeating: [AxisTap](), count: input)
        for i in 0..<output {
            for tap in self.taps(i) { taps[tap.place].append(AxisTap(place: i, weight: tap.weight)) }
        }
        return taps
    }

    /// So many places further on the output, the same weights lie so many places further on the input; away from the
    /// borders, and unless corners are aligned.
    var period: (output: Int, input: Int) {
        switch rule {
        case .window(_, let stride, _): (1, stride)
        case .nearest, .linear:
            (output / greatestCommonDivisor(input, output), input / greatestCommonDivisor(input, output))
        case .nails(let scale): (scale, 1)
        case .shift: (1, 1)
        }
    }
}
