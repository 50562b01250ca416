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
        case nearest(scale: Int)
        case linear(scale: Int, Resampling.Position)
        case nails(scale: Int)
        case shift(by: Int)
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
        case .nearest(let scale): rule = .nearest(scale: side(scale))
        case .bilinear(let scale, _):
            let position = isVertical ? map.positions?.vertical : map.positions?.horizontal
            rule = position.map { .linear(scale: side(scale), $0) } ?? .nearest(scale: side(scale))
        case .bedOfNails(let scale): rule = .nails(scale: side(scale))
        case .shift(let top, let left): rule = .shift(by: isVertical ? top : left)
        }
    }

    /// What output place `i` is made of, in ascending order, without what counts for nothing.
    func taps(_ i: Int) -> [AxisTap] {
        switch rule {
        case .window(let kernel, let stride, let padding):
            let first = i * stride - padding
            return (max(0, first)..<max(0, first, min(input, first + kernel))).map { AxisTap(place: $0, weight: 1) }
        case .nearest(let scale): return [AxisTap(place: i / scale, weight: 1)]
        case .linear(_, let position):
            let place = min(max(0, position.factor * i + position.offset), position.divisor * (input - 1))
            let (low, rest) = place.quotientAndRemainder(dividingBy: position.divisor)
            let fraction = Double(rest) / Double(position.divisor)
            let taps = [AxisTap(place: low, weight: 1 - fraction), AxisTap(place: low + 1, weight: fraction)]
            return rest == 0 ? [taps[0]] : taps
        case .nails(let scale): return i % scale == 0 ? [AxisTap(place: i / scale, weight: 1)] : []
        case .shift(let distance):
            return (0..<input).contains(i - distance) ? [AxisTap(place: i - distance, weight: 1)] : []
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
        case .nearest(let scale), .linear(let scale, _), .nails(let scale): (scale, 1)
        case .shift: (1, 1)
        }
    }
}
