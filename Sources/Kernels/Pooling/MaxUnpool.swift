import GraphIR
import KernelIR

/// Puts each window's value (in training, its gradient) where the first of the window's largest values is. A task is one
/// channel of one sample.
///
/// Where windows do not overlap, each position is written once, straight through the epilogue; elsewhere values are
/// added up in place first.
func maxUnpool(_ request: KernelRequest, _ g: PoolGeometry) -> LoweredStep {
    let simple = g.isDisjoint && g.kernel == g.stride && g.padding == Padding(0)
    let kernel = request.kernel(
        "window loop", StageBuffers(request, result: simple ? .write : .readWrite), tasksPerSample: g.channels,
        body: channelBindings(g) + (simple ? tiledGradient(request, g) : accumulatedGradient(request, g)))
    let flops = Double(g.channels * g.output.area * g.kernel.area)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: flops + request.epilogueFlops))
}

extension KernelRequest {
    /// A value for each window, and the map whose largest values say where it goes.
    var windowValues: Operand { inputs[0] }
    var searched: Operand { inputs[1] }
}

private let n = Index.variable("n")
private let c = Index.variable("c")
private let y = Index.variable("y")
private let x = Index.variable("x")

/// Stores `value`, after the epilogue, at a position of channel `c`.
private func storePosition(
    _ request: KernelRequest, _ g: PoolGeometry, row: Index, column: Index, _ value: Expression
) -> Statement {
    let element = c * Index(g.input.area) + row * Index(g.input.width) + column
    return .store(
        .out, at(request.result, element), request.applyEpilogue(value, sample: n, element: element, width: 1))
}

/// Windows that tile the map: rows and columns behind the last window take a gradient of zero.
private func tiledGradient(_ request: KernelRequest, _ g: PoolGeometry) -> [Statement] {
    let mapBase = n * Index(request.searched.sampleStride) + c * Index(g.input.area)
    let gradient = Expression.load(
        request.windowValues.buffer,
        n * Index(request.windowValues.sampleStride) + c * Index(g.output.area) + y * Index(g.output.width) + x,
        width: 1)
    var values: [Statement] = []
    var stores: [Statement] = []
    var largest: Expression?
    for i in 0..<g.kernel.height {
        for j in 0..<g.kernel.width {
            let row = y * Index(g.stride.height) + Index(i)
            let column = x * Index(g.stride.width) + Index(j)
            let name = "x\(i)_\(j)"
            values.append(
                .declare(
                    name, width: 1,
                    .load(request.searched.buffer, mapBase + row * Index(g.input.width) + column, width: 1)))
            let value = Expression.variable(name, width: 1)
            largest = largest.map { .maximum(value, $0) } ?? value
            let rest = Expression.variable("rest", width: 1)
            let isLargest = { (then: Expression, otherwise: Expression) -> Expression in
                .select(.equal, value, .variable("largest", width: 1), then: then, otherwise: otherwise)
            }
            stores.append(storePosition(request, g, row: row, column: column, isLargest(rest, 0)))
            stores.append(.assign("rest", isLargest(0, rest)))
        }
    }
    let window =
        values + [
            .declare("largest", width: 1, largest ?? 0),
            .comment("the gradient that is still to be given away"),
            .declare("rest", width: 1, gradient),
        ] + stores.dropLast()
    let covered = (rows: g.output.height * g.stride.height, columns: g.output.width * g.stride.width)
    return [
        .loop(
            "y", from: 0, to: Index(g.output.height), step: 1,
            [.loop("x", from: 0, to: Index(g.output.width), step: 1, window)])
    ]
        + zeros(request, g, rows: 0..<covered.rows, columns: covered.columns..<g.input.width)
        + zeros(request, g, rows: covered.rows..<g.input.height, columns: 0..<g.input.width)
}

private func zeros(_ request: KernelRequest, _ g: PoolGeometry, rows: Range<Int>, columns: Range<Int>) -> [Statement] {
    guard !rows.isEmpty, !columns.isEmpty else { return [] }
    return [
        .loop(
            "y", from: Index(rows.lowerBound), to: Index(rows.upperBound), step: 1,
            [
                .loop(
                    "x", from: Index(columns.lowerBound), to: Index(columns.upperBound), step: 1,
                    [storePosition(request, g, row: y, column: x, 0)])
            ])
    ]
}

/// Any windows: zero, add each window's gradient where its maximum is, then the epilogue over the channel.
private func accumulatedGradient(_ request: KernelRequest, _ g: PoolGeometry) -> [Statement] {
    let mapBase = n * Index(request.searched.sampleStride) + c * Index(g.input.area)
    let outBase = n * Index(request.result.sampleStride) + c * Index(g.input.area)
    let best = Expression.variable("best", width: 1)
    let place = Expression.variable("place", width: 1)
    let gradient = Expression.load(
        request.windowValues.buffer,
        n * Index(request.windowValues.sampleStride) + c * Index(g.output.area) + y * Index(g.output.width) + x,
        width: 1)
    var tapNumber = 0
    let search = eachTap(g) { row, column, inside in
        let value = Expression.load(request.searched.buffer, mapBase + row * Index(g.input.width) + column, width: 1)
        let number = Expression.constant(Double(tapNumber))
        tapNumber += 1
        return inside([
            .assign("place", .select(.greater, value, best, then: number, otherwise: place)),
            .assign("best", .maximum(value, best)),
        ])
    }
    tapNumber = 0
    let additions = eachTap(g) { row, column, inside in
        let position = outBase + row * Index(g.input.width) + column
        let number = Expression.constant(Double(tapNumber))
        tapNumber += 1
        let share = Expression.select(.equal, place, number, then: gradient, otherwise: 0)
        return inside([.store(.out, position, .load(.out, position, width: 1) + share)])
    }
    let width = request.vectorWidth(for: g.input.area)
    let clear = vectorLoop("i", count: Index(g.input.area), width: width) {
        [.store(.out, outBase + $0, splat(0, $1))]
    }
    let finish =
        request.node.epilogue.isEmpty
        ? []
        : vectorLoop("i", count: Index(g.input.area), width: width) { i, width in
            let element = c * Index(g.input.area) + i
            let value = Expression.load(.out, at(request.result, element), width: width)
            return [
                .store(
                    .out, at(request.result, element),
                    request.applyEpilogue(value, sample: n, element: element, width: width))
            ]
        }
    return clear + [
        .loop(
            "y", from: 0, to: Index(g.output.height), step: 1,
            [
                .loop(
                    "x", from: 0, to: Index(g.output.width), step: 1,
                    [.declare("best", width: 1, .constant(-.infinity)), .declare("place", width: 1, -1)] + search
                        + additions)
            ])
    ] + finish
}
