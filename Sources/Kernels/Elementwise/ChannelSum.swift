import GraphIR
import KernelIR

/// Sums a map over batch and positions, a task a channel: the gradient of a bias.
///
/// Sums of pieces of at most 4096 elements are added to the total, so that rounding does not grow with the map.
func channelSum(_ request: KernelRequest) -> LoweredStep {
    let map = request.inputs[0]
    let plane = map.type.shape.dropFirst().reduce(1, *)
    let piece = min(plane, 4096)
    let width = request.vectorWidth(for: plane)
    let (n, start): (Index, Index) = (.variable("n"), .variable("start"))
    let sum = sumLoop(count: .minimum(Index(piece), Index(plane) - start), width: width) { i, width in
        .load(map.buffer, n * Index(map.sampleStride) + .task * Index(plane) + start + i, width: width)
    }
    let kernel = request.kernel(
        "vector loop", tasksFixed: map.type.shape[0],
        body: [
            .declare("total", width: 1, 0),
            .loop("n", from: 0, to: .batch, step: 1, [.loop("start", from: 0, to: Index(plane), step: piece, sum)]),
            .store(.out, .task, .variable("total", width: 1)),
        ])
    let count = Double(map.type.elementCount)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: count))
}

/// The same on a blocked map: a task is a block of channels, whose lanes are summed side by side, row by row.
func blockedChannelSum(_ request: KernelRequest) -> LoweredStep {
    let map = request.inputs[0]
    let block = map.layout.block
    let plane = map.type.shape.dropFirst().reduce(1, *)
    let rowLength = map.type.shape[2]
    let ways = [4, 2, 1].first { rowLength % $0 == 0 } ?? 1
    let (n, row, x): (Index, Index, Index) = (.variable("n"), .variable("row"), .variable("x"))
    let base = n * Index(map.sampleStride) + (.task * Index(plane) + row * Index(rowLength) + x) * Index(block)
    let partials = (0..<ways).map { "partial\($0)" }
    let variable = { (name: String) in Expression.variable(name, width: block) }
    let sum = partials.dropFirst().reduce(variable(partials[0])) { $0 + variable($1) }
    let kernel = request.kernel(
        "vector loop", tasksFixed: map.type.shape[0] / block,
        body: [
            .declare("total", width: block, splat(0, block)),
            .loop(
                "n", from: 0, to: .batch, step: 1,
                [
                    .loop(
                        "row", from: 0, to: Index(plane / rowLength), step: 1,
                        partials.map { .declare($0, width: block, splat(0, block)) } + [
                            .loop(
                                "x", from: 0, to: Index(rowLength), step: ways,
                                partials.enumerated().map { way, name in
                                    .assign(
                                        name,
                                        variable(name) + .load(map.buffer, base + Index(way * block), width: block))
                                }),
                            .assign("total", variable("total") + sum),
                        ])
                ]),
            .store(.out, .task * Index(block), variable("total")),
        ])
    let count = Double(map.type.elementCount)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: count))
}

/// Adds the sum of `count` values to the variable `total`: four vectors of partial sums, then a scalar rest.
func sumLoop(count: Index, width: Int, into total: String = "total", value: (Index, Int) -> Expression) -> [Statement] {
    let ways = 4
    let step = ways * width
    let whole = count / Index(step) * Index(step)
    let i = Index.variable("i")
    var statements = [Statement.letIndex("whole", whole)]
    let names = (0..<ways).map { "partial\($0)" }
    statements += names.map { .declare($0, width: width, splat(0, width)) }
    statements.append(
        .loop(
            "i", from: 0, to: .variable("whole"), step: step,
            names.enumerated().map { way, name in
                .assign(name, .variable(name, width: width) + value(i + Index(way * width), width))
            }))
    statements.append(.declare("rest", width: 1, 0))
    statements.append(
        .loop(
            "i", from: .variable("whole"), to: count, step: 1,
            [.assign("rest", .variable("rest", width: 1) + value(i, 1))]))
    let vectors = names.map { Expression.variable($0, width: width) }
    let sum = (vectors[0] + vectors[1]) + (vectors[2] + vectors[3])
    let scalar = width == 1 ? sum : .horizontalSum(sum)
    statements.append(.assign(total, .variable(total, width: 1) + (scalar + .variable("rest", width: 1))))
    return statements
}
