import GraphIR

/// The axes of a feature map.
enum Axis { case rows, columns }

extension Extent {
    func along(_ axis: Axis) -> Int { axis == .rows ? height : width }
}

extension Padding {
    func before(_ axis: Axis) -> Int { axis == .rows ? top : left }
}

/// Which positions of an operand make a position of a result, along one axis: for `y` in a group of `group` positions
/// that are computed together, from `⌊(factor · first + lower) / divisor⌋` to `⌊(factor · last + upper) / divisor⌋`, where
/// `first` and `last` are the ends of the group.
///
/// Positions outside the operand count: at the edge of a part of a picture they are not what they would be inside it.
struct AxisReach: Hashable {
    var group = 1
    var factor = 1
    var divisor = 1
    var lower = 0
    var upper = 0

    /// Each position of itself.
    static let same = AxisReach()

    /// A window of `span` positions that moves by `stride`.
    static func window(span: Int, stride: Int, padding: Int) -> AxisReach {
        AxisReach(factor: stride, lower: -padding, upper: span - 1 - padding)
    }

    /// A window of 3 positions whose results are computed `tile` at a time. Their rounding depends on all positions that
    /// any of them depends on.
    static func winograd(tile: Int, padding: Int) -> AxisReach {
        AxisReach(group: tile, lower: -padding, upper: 2 - padding)
    }

    /// The windows that a position lies in: the other way through `window`.
    static func spread(span: Int, stride: Int, padding: Int) -> AxisReach {
        AxisReach(divisor: stride, lower: padding - span + stride, upper: padding)
    }

    /// The position that `scale` positions are made of.
    static func repeated(scale: Int) -> AxisReach { AxisReach(divisor: scale) }

    /// The positions at, or on both sides of, a place of an interpolation.
    static func interpolated(_ position: Resampling.Position, _ interpolation: Interpolation) -> AxisReach {
        AxisReach(
            factor: position.factor, divisor: position.divisor, lower: position.offset,
            upper: position.offset + (interpolation.isLinear ? position.divisor : 0))
    }

    /// A map cut or filled so that position 0 lies at `offset`.
    static func shift(_ offset: Int) -> AxisReach { AxisReach(lower: -offset, upper: -offset) }

    /// The first and the last position of the operand that `position` depends on.
    func first(_ position: Int) -> Int { floorDivide(factor * (position / group * group) + lower, divisor) }
    func last(_ position: Int) -> Int {
        floorDivide(factor * (position / group * group + group - 1) + upper, divisor)
    }

    /// The positions of a result of `count` positions that depend on `exact` positions of the operand alone.
    func image(of exact: Range<Int>, count: Int) -> Range<Int> {
        guard !exact.isEmpty else { return 0..<0 }
        let start = firstPosition(in: count) { first($0) >= exact.lowerBound }
        let end = firstPosition(in: count) { last($0) >= exact.upperBound }
        return start < end ? start..<end : 0..<0
    }

    /// The first position from which on a condition holds; `count` where it never does.
    private func firstPosition(in count: Int, where holds: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

private func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((b - 1 - a) / b) }
