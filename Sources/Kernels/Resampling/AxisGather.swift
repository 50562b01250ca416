import GraphIR
import KernelIR

/// Along one axis, all places of a result and the sums of places of a source that they are: of a resampling, or of its
/// gradient, which gathers as well.
///
/// Where weights repeat, loops have constant places and weights (`AxisRun`). Where they do not, or would be too many to
/// write out, places are computed as the loop runs.
struct AxisGather {
    enum Places {
        case runs([AxisRun])
        case windows(kernel: Int, stride: Int, padding: Int)
        case positions(Resampling.Position, isLinear: Bool)
    }

    /// More phases than these, or terms of a sum, make long code.
    private static let (phaseLimit, termLimit) = (16, 32)

    let map: AxisMap
    let isGradient: Bool
    let places: Places

    var source: Int { isGradient ? map.output : map.input }
    var result: Int { isGradient ? map.input : map.output }

    init(_ map: AxisMap, isGradient: Bool) {
        self.map = map
        self.isGradient = isGradient
        let taps = isGradient ? map.transposedTaps : (0..<map.output).map(map.taps)
        let (output, input) = map.period
        let runs = AxisRun.runs(
            of: taps, period: isGradient ? input : output, advance: isGradient ? output : input)
        let phases = runs.flatMap(\.phases)
        // Weights that are computed may round otherwise than constants. So which they are hangs on the ratio alone: in a tile there are
        // fewer phases at the borders than in a whole picture, and it has the same bits.
        let isLongPeriod = 2 * output > Self.phaseLimit
        let isShort = phases.count <= Self.phaseLimit && phases.allSatisfy { $0.termCount <= Self.termLimit }
        switch map.rule {
        case .window(let kernel, let stride, let padding) where !isShort:
            places = .windows(kernel: kernel, stride: stride, padding: padding)
        // A single value has no distance to divide by, and always a single phase.
        case .linear(let position) where map.input > 1 && (isGradient ? !isShort : isLongPeriod):
            places = .positions(position, isLinear: true)
        case .nearest(let position) where !isShort && map.input > 1: places = .positions(position, isLinear: false)
        case .window, .nearest, .linear, .nails, .shift: places = .runs(runs)
        }
    }

    /// Whether some neighbours of the result are equal.
    var repeats: Bool {
        guard case .runs(let runs) = places else { return false }
        return runs.contains { $0.phases.contains { $0.repeats > 1 } }
    }

    /// Whether some places are more than a single value.
    var sumsUp: Bool {
        switch places {
        case .runs(let runs):
            runs.contains { $0.phases.contains { !$0.taps.isEmpty && $0.sum(in: 0).copied == nil } }
        case .windows: true
        case .positions(_, let isLinear): isLinear || isGradient
        }
    }

    /// Whether rows can be made a vector at a time.
    var isContiguous: Bool {
        guard case .runs(let runs) = places else { return false }
        return runs.allSatisfy { $0.isContiguous || $0.count == 1 }
    }
}

extension AxisGather {
    /// Equal neighbours of the result that a body is to make.
    struct Piece {
        var first: Index
        var repeats: Int
        var sum: TapSum
        /// Places from `first` on that the body makes at once, as the elements of a vector.
        var width: Int
    }

    /// Loops over all places of the result from `range.lower` to before `range.upper`, or over all there are.
    ///
    /// - Parameters:
    ///   - variable: the loop's; `body` may use it as the beginning of other names.
    ///   - width: places that can be made at once where neighbours are made of neighbours.
    func loops(
        _ variable: String, in range: (lower: Index, upper: Index)? = nil, width: Int = 1,
        body: (Piece) -> [Statement]
    ) -> [Statement] {
        let place = Index.variable(variable)
        func computed(_ opening: [Statement], _ sum: TapSum) -> [Statement] {
            let made = body(Piece(first: place, repeats: 1, sum: sum, width: 1))
            return [
                .loop(variable, from: range?.lower ?? 0, to: range?.upper ?? Index(result), step: 1, opening + made)
            ]
        }
        switch places {
        case .runs(let runs): return runs.flatMap { loops($0, variable, in: range, width: width, body: body) }
        case .windows(let kernel, let stride, let padding):
            return computed([], window(place, kernel: kernel, stride: stride, padding: padding))
        case .positions(let position, isLinear: true):
            if isGradient { return computed([], spread(place, position)) }
            let (opening, sum) = between(place, position, variable)
            return computed(opening, sum)
        case .positions(let position, isLinear: false):
            if isGradient { return computed([], copies(of: place, position)) }
            let source = (place * Index(position.factor) + Index(position.offset)) / Index(position.divisor)
            return computed([], .terms([TapSum.Term(place: source)]))
        }
    }

    private func loops(
        _ run: AxisRun, _ variable: String, in range: (lower: Index, upper: Index)?, width: Int,
        body: (Piece) -> [Statement]
    ) -> [Statement] {
        func phases(_ iteration: Index, _ width: Int) -> [Statement] {
            var first = iteration * Index(run.period) + Index(run.first)
            return run.phases.flatMap { phase in
                defer { first = first + Index(phase.repeats) }
                let sum = phase.sum(in: iteration)
                return body(Piece(first: first, repeats: phase.repeats, sum: sum, width: width))
            }
        }
        if let range {
            // An iteration belongs to where its first place lies.
            let iteration = { (place: Index) -> Index in
                let distance = Index.maximum(0, place - Index(run.first)) + Index(run.period - 1)
                return .minimum(Index(run.count), distance / Index(run.period))
            }
            let (from, to) = (iteration(range.lower), iteration(range.upper))
            return [.loop(variable, from: from, to: to, step: 1, phases(.variable(variable), 1))]
        }
        if run.count == 1 { return phases(0, 1) }
        if run.isContiguous { return vectorLoop(variable, count: Index(run.count), width: width, body: phases) }
        return [.loop(variable, from: 0, to: Index(run.count), step: 1, phases(.variable(variable), 1))]
    }

    // MARK: Computed places

    /// The places under the window at `place`; for the gradient, the windows over it.
    private func window(_ place: Index, kernel: Int, stride: Int, padding: Int) -> TapSum {
        if isGradient {
            let first = Index.maximum(0, place + Index(padding - kernel + stride)) / Index(stride)
            let end = Index.minimum(Index(map.output), (place + Index(padding)) / Index(stride) + 1)
            return .window(from: first, to: end, weight: nil)
        }
        let first = place * Index(stride) - Index(padding)
        return .window(
            from: .maximum(0, first), to: .minimum(Index(map.input), first + Index(kernel)), weight: nil)
    }

    /// The output places that a place of the input is taken for.
    private func copies(of place: Index, _ position: Resampling.Position) -> TapSum {
        let first = { (place: Index) -> Index in
            (place * Index(position.divisor) + Index(position.factor - 1 - position.offset)) / Index(position.factor)
        }
        return .window(from: first(place), to: .minimum(Index(map.output), first(place + 1)), weight: nil)
    }

    /// The two values that an output place lies between.
    private func between(
        _ place: Index, _ position: Resampling.Position, _ variable: String
    ) -> ([Statement], TapSum) {
        let (at, low) = (Index.variable(variable + "_at"), Index.variable(variable + "_low"))
        let fraction = Expression.variable(variable + "_fraction", width: 1)
        let opening: [Statement] = [
            .letIndex(variable + "_at", clamped(place, position)),
            .letIndex(variable + "_low", at / Index(position.divisor)),
            .declare(
                variable + "_fraction", width: 1,
                .number(at % Index(position.divisor)) / .constant(Double(position.divisor))),
        ]
        let terms = [
            TapSum.Term(place: low, weight: 1 - fraction),
            TapSum.Term(place: .minimum(low + 1, Index(map.input - 1)), weight: fraction),
        ]
        return (opening, .terms(terms))
    }

    /// The output places less than one place of the input away, each weighed by what is missing to that.
    private func spread(_ place: Index, _ position: Resampling.Position) -> TapSum {
        let (factor, offset, divisor) = (position.factor, position.offset, position.divisor)
        let first = Index.maximum(0, place * Index(divisor) + Index(factor - offset - divisor)) / Index(factor)
        let end = (place * Index(divisor) + Index(divisor - offset + factor - 1)) / Index(factor)
        return .window(from: first, to: .minimum(Index(map.output), end)) { output in
            let distance = clamped(output, position) - place * Index(divisor)
            let missing = Index(divisor) - .maximum(distance, 0 - distance)
            return .number(missing) / .constant(Double(divisor))
        }
    }

    /// Where an output place lies on the input, in parts of the position's divisor.
    private func clamped(_ output: Index, _ position: Resampling.Position) -> Index {
        let place = output * Index(position.factor) + Index(position.offset)
        return .minimum(Index(position.divisor * (map.input - 1)), .maximum(0, place))
    }
}
