import GraphIR
import KernelIR

/// The largest value of each window; positions outside the map do not count. A task is one channel of one sample.
func maxPool(_ request: KernelRequest, _ g: PoolGeometry) -> LoweredStep {
    let source = request.inputs[0]
    let (n, c, y, x): (Index, Index, Index, Index) = (.variable("n"), .variable("c"), .variable("y"), .variable("x"))
    let mapBase = n * Index(source.sampleStride) + c * Index(g.input.area)
    let element = c * Index(g.output.area) + y * Index(g.output.width) + x
    let best = Expression.variable("best", width: 1)
    let window = eachTap(g) { row, column, inside in
        let candidate = Expression.load(source.buffer, mapBase + row * Index(g.input.width) + column, width: 1)
        return inside([.assign("best", .maximum(candidate, best))])
    }
    let stored = request.applyEpilogue(best, sample: n, element: element, width: 1)
    let kernel = request.kernel(
        "window loop", tasksPerSample: g.channels,
        body: channelBindings(g) + [
            .loop(
                "y", from: 0, to: Index(g.output.height), step: 1,
                [
                    .loop(
                        "x", from: 0, to: Index(g.output.width), step: 1,
                        [.declare("best", width: 1, .constant(-.infinity))] + window
                            + [.store(.out, at(request.result, element), stored)])
                ])
        ])
    let flops = Double(g.channels * g.output.area * g.kernel.area)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: flops + request.epilogueFlops))
}

/// `n` and `c` of a task that is one channel of one sample.
func channelBindings(_ g: PoolGeometry) -> [Statement] {
    [.letIndex("n", .task / Index(g.channels)), .letIndex("c", .task % Index(g.channels))]
}

/// The taps of the window at output `(y, x)` in row-major order: `body(map row, map column, guard)`, where `guard`
/// wraps statements in the test that the tap lies on the map, if it may not.
func eachTap(_ g: PoolGeometry, body: (Index, Index, ([Statement]) -> [Statement]) -> [Statement]) -> [Statement] {
    let (y, x): (Index, Index) = (.variable("y"), .variable("x"))
    var statements: [Statement] = []
    for i in 0..<g.kernel.height {
        for j in 0..<g.kernel.width {
            let row = y * Index(g.stride.height) + Index(i - g.padding.top)
            let column = x * Index(g.stride.width) + Index(j - g.padding.left)
            let test =
                insideTest(row, mayLeave(i, g, vertical: true), Index(g.input.height))
                + insideTest(column, mayLeave(j, g, vertical: false), Index(g.input.width))
            statements += body(row, column) { inner in
                guard let first = test.first else { return inner }
                return [.conditional(test.dropFirst().reduce(first) { .and($0, $1) }, inner, otherwise: [])]
            }
        }
    }
    return statements
}

/// Whether some window's tap falls before the map or behind it.
private func mayLeave(_ tap: Int, _ g: PoolGeometry, vertical: Bool) -> (before: Bool, behind: Bool) {
    let (padding, stride, output, input) =
        vertical
        ? (g.padding.top, g.stride.height, g.output.height, g.input.height)
        : (g.padding.left, g.stride.width, g.output.width, g.input.width)
    return (tap < padding, (output - 1) * stride + tap - padding >= input)
}

private func insideTest(_ position: Index, _ leaves: (before: Bool, behind: Bool), _ size: Index) -> [Condition] {
    (leaves.before ? [.lessOrEqual(0, position)] : []) + (leaves.behind ? [.less(position, size)] : [])
}
