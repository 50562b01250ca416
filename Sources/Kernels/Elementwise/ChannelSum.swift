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
        .load("in0", n * Index(map.sampleStride) + .task * Index(plane) + start + i, width: width)
    }
    let kernel = Kernel(
        name: request.functionName, documentation: request.documentation("vector loop"), buffers: request.buffers(),
        tasksFixed: map.type.shape[0],
        body: [
            .declare("total", width: 1, 0),
            .loop("n", from: 0, to: .batch, step: 1, [.loop("start", from: 0, to: Index(plane), step: piece, sum)]),
            .store("out", .task, .variable("total", width: 1)),
        ])
    let count = Double(map.type.elementCount)
    return LoweredStep(kernel: kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: count))
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
