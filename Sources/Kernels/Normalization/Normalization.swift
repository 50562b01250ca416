import GraphIR
import KernelIR

/// A part of a normalisation.
func normalization(_ request: KernelRequest, _ op: NormalizationOp) -> LoweredStep {
    switch op {
    case .moments(let groups): moments(request, groups)
    case .normalize(let groups, let epsilon): normalize(request, groups, epsilon)
    case .sums(let groups, let epsilon): normalizationSums(request, groups, epsilon)
    case .gradient(let groups, let epsilon): normalizationGradient(request, groups, epsilon)
    case .row(let row): sumsRow(request, row)
    case .runningMoments: runningMoments(request)
    case .updateRunning(let row, let momentum, let area):
        updateRunning(request, row: row, momentum: momentum, area: area)
    case .foldedWeight(let axis, let epsilon): foldedWeight(request, axis: axis, epsilon: epsilon)
    case .foldedBias(let epsilon): foldedBias(request, epsilon: epsilon)
    }
}

/// `y = (x − mean) · (scale · r) + shift`, then the epilogue; without scale and shift where there are none.
private func normalize(_ request: KernelRequest, _ groups: NormalizationGroups, _ epsilon: Double) -> LoweredStep {
    let x = request.inputs[0]
    let (scale, shift) = request.inputs.count == 4 ? (request.inputs[2], request.inputs[3]) : (nil, nil)
    let factors = ChannelFactors(request, groups, epsilon, map: x, rows: 2)
    let walk = ChannelWalk(x, request)
    let body =
        walk.bindings + [
            walk.declare("mean", from: .factors, factors.rows.start(0)),
            walk.declare("factor", from: .factors, factors.rows.start(1)),
        ]
        + (shift.map { [walk.declare("shift", from: $0.buffer, 0)] } ?? [])
        + walk.eachPosition { position, width in
            let deviation = walk.load(x, position, width) - walk.perChannel("mean", width)
            let factor = walk.perChannel("factor", width)
            let y =
                shift == nil
                ? deviation * factor : .fusedMultiplyAdd(deviation, factor, walk.perChannel("shift", width))
            return [walk.storeResult(request, position, y, width)]
        }
    let operations = 3 * Double(x.type.elementCount) + request.epilogueFlops
    return LoweredStep(
        stages: [
            factors.stage(inputs: scale == nil ? [1] : [1, 2]) { place in
                [place.variable("mean"), place.times(scale, place.variable("deviation"))]
            },
            mapStage(request, inputs: shift == nil ? [0] : [0, 3], factors, walk, operations, body),
        ], scratch: factors.rows.count)
}

/// `dx = r · (scale · dy − A / m − x̂ · B / m)` with `A = Σ scale · Σ dy` and `B = Σ scale · Σ dy · x̂` over the `m` values of a
/// group, as `k₁ · dy + k₂ · (x − mean) + k₃`, then the epilogue.
private func normalizationGradient(
    _ request: KernelRequest, _ groups: NormalizationGroups, _ epsilon: Double
) -> LoweredStep {
    let (dy, x) = (request.inputs[0], request.inputs[1])
    let last = request.inputs.count - 1
    let (scale, sums) = (last == 4 ? request.inputs[3] : nil, request.inputs[last])
    let factors = ChannelFactors(request, groups, epsilon, map: x, rows: 4)
    let walk = ChannelWalk(x, request)
    let names = ["mean", "k1", "k2", "k3"]
    let body =
        walk.bindings
        + names.enumerated().map { walk.declare($1, from: .factors, factors.rows.start($0)) }
        + walk.eachPosition { position, width in
            let deviation = walk.load(x, position, width) - walk.perChannel("mean", width)
            let fromX = Expression.fusedMultiplyAdd(
                deviation, walk.perChannel("k2", width), walk.perChannel("k3", width))
            let dx = Expression.fusedMultiplyAdd(
                walk.load(dy, position, width), walk.perChannel("k1", width), fromX)
            return [walk.storeResult(request, position, dx, width)]
        }
    let channels = walk.channels
    let sum = { (row: Int, place: ChannelPlace) -> Expression in
        let at = place.sample * Index(sums.sampleStride) + Index(row * channels) + place.channel
        return place.times(scale, .load(sums.buffer, at, width: place.width))
    }
    let prepare = factors.stage(
        inputs: Array(2...last), sums: [("weighted", { sum(0, $0) }), ("plain", { sum(1, $0) })]
    ) { place in
        let deviation = place.variable("deviation")
        let perSize = deviation / place.variable("size")
        return [
            place.variable("mean"), place.times(scale, deviation),
            -(perSize * deviation * place.variable("weighted")), -(perSize * place.variable("plain")),
        ]
    }
    let operations = 5 * Double(x.type.elementCount) + request.epilogueFlops
    return LoweredStep(
        stages: [prepare, mapStage(request, inputs: [0, 1], factors, walk, operations, body)],
        scratch: factors.rows.count)
}

/// The kernel that walks a map with the factors of its channels.
private func mapStage(
    _ request: KernelRequest, inputs: [Int], _ factors: ChannelFactors, _ walk: ChannelWalk, _ operations: Double,
    _ body: [Statement]
) -> LoweredStage {
    var buffers = StageBuffers()
    buffers.add(request.buffer(request.result, access: .write), .result)
    buffers.add(inputs: inputs, of: request)
    buffers.add(extrasOf: request)
    buffers.add(Buffer(.factors, access: .read, extent: factors.rows.count), .scratch)
    return request.kernel(
        "vector loop", buffers, tasksPerSample: walk.tasksPerSample,
        work: Work(request, flopsPerSample: operations), body: body)
}
