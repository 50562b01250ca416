import GraphIR
import KernelIR

/// Maps of one number for each channel or position beside whole maps.
func broadcasting(_ request: KernelRequest, _ op: Broadcasting) -> LoweredStep {
    switch op {
    case .apply(let function, let share): joined(request, function, share)
    case .sum(.channels): channelSums(request, factor: nil)
    case .sum(.positions): positionSums(request)
    case .mean:
        channelSums(request, factor: 1 / Double(request.inputs[0].type.shape.dropFirst().reduce(1, *)))
    case .spread: spread(request, factor: nil)
    case .spreadMean(let size): spread(request, factor: 1 / Double(size.area))
    case .maximum: maximum(request)
    case .maximumGradient: maximumGradient(request)
    }
}

/// `x + s` or `x · s`, then the epilogue; a task is a channel of a sample, or a block of them.
private func joined(
    _ request: KernelRequest, _ function: Broadcasting.Function, _ share: Broadcasting.Share
) -> LoweredStep {
    let (x, s) = (request.inputs[0], request.inputs[1])
    let walk = ChannelWalk(x, request)
    let start = walk.n * Index(s.sampleStride)
    let declaration = share == .channels ? [walk.declare("s", from: s.buffer, start)] : []
    let body =
        walk.bindings + declaration
        + walk.eachPosition { position, width in
            let number =
                switch share {
                case .channels: walk.perChannel("s", width)
                // Of a blocked map the channels of a position, else a vector of positions.
                case .positions where walk.lanes > 1:
                    splat(.load(s.buffer, start + position, width: 1), width)
                case .positions: Expression.load(s.buffer, start + position, width: width)
                }
            let value = walk.load(x, position, width)
            return [
                walk.storeResult(request, position, function == .add ? value + number : value * number, width)
            ]
        }
    return step(request, walk, operations: 1, body)
}

/// `s`, or `s` times a number, all over its channel.
private func spread(_ request: KernelRequest, factor: Double?) -> LoweredStep {
    let s = request.inputs[0]
    let walk = ChannelWalk(request.result, request)
    let scaling: [Statement] =
        factor.map {
            [.assign("s", .variable("s", width: walk.lanes) * splat(.constant($0), walk.lanes))]
        } ?? []
    let body =
        walk.bindings + [walk.declare("s", from: s.buffer, walk.n * Index(s.sampleStride))] + scaling
        + walk.eachPosition { position, width in
            [walk.storeResult(request, position, walk.perChannel("s", width), width)]
        }
    return step(request, walk, operations: 0, body)
}

/// A kernel that walks a map by its channels.
/// - Parameter operations: for each element of the map, but for the epilogue's.
private func step(
    _ request: KernelRequest, _ walk: ChannelWalk, operations: Double, _ body: [Statement]
) -> LoweredStep {
    let kernel = request.kernel("vector loop", tasksPerSample: walk.tasksPerSample, body: body)
    let count = Double(walk.channels * walk.area)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: operations * count + request.epilogueFlops))
}

// MARK: Sums

/// Sums of a map, or of the products of two, over each channel's positions, piece by piece so that rounding does not grow
/// with the map; then the epilogue.
private func channelSums(_ request: KernelRequest, factor: Double?) -> LoweredStep {
    let walk = ChannelWalk(request.inputs[0], request)
    let total = Expression.variable("total", width: walk.lanes)
    let sums = walk.eachPiece { start in
        walk.add(to: ["total"]) { i, width in
            let values = request.inputs.map { walk.load($0, start + i, width) }
            return [values.dropFirst().reduce(values[0]) { $0 * $1 }]
        }
    }
    let value = factor.map { total * splat(.constant($0), walk.lanes) } ?? total
    let body =
        walk.bindings + [.declare("total", width: walk.lanes, splat(0, walk.lanes)), sums]
        + [walk.storeNumber(request, value)]
    return step(request, walk, operations: Double(request.inputs.count), body)
}

/// Sums of a map, or of the products of two, over each position's channels; then the epilogue. A task is a row.
private func positionSums(_ request: KernelRequest) -> LoweredStep {
    let x = request.inputs[0]
    let (channels, height, width) = (x.type.shape[0], x.type.shape[1], x.type.shape[2])
    let lanes = x.layout.block
    let (n, row, c) = (Index.variable("n"), Index.variable("row"), Index.variable("c"))
    let vectors = lanes > 1 ? 1 : request.vectorWidth(for: width)
    let body = vectorLoop("i", count: Index(width), width: vectors) { i, count in
        let floats = lanes > 1 ? lanes : count
        let place = (c * Index(height * width) + row + i) * Index(lanes)
        let values = request.inputs.map { Expression.load($0.buffer, at($0, place), width: floats) }
        let product = values.dropFirst().reduce(values[0]) { $0 * $1 }
        let total = Expression.variable("total", width: floats)
        return [
            .declare("total", width: floats, splat(0, floats)),
            .loop("c", from: 0, to: Index(channels / lanes), step: 1, [.assign("total", total + product)]),
            .store(
                .out, at(request.result, row + i),
                request.applyEpilogue(
                    lanes > 1 ? .horizontalSum(total) : total, sample: n, element: row + i, width: count)),
        ]
    }
    let kernel = request.kernel(
        "vector loop", tasksPerSample: height,
        body: [
            .letIndex("n", .task / Index(height)), .letIndex("row", .task % Index(height) * Index(width)),
        ] + body)
    let operations = Double(request.inputs.count * channels * height * width)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: operations + request.epilogueFlops))
}

// MARK: Maxima

/// The largest value of each channel.
private func maximum(_ request: KernelRequest) -> LoweredStep {
    let x = request.inputs[0]
    let walk = ChannelWalk(x, request)
    let (best, p) = (Expression.variable("best", width: walk.lanes), Index.variable("p"))
    let body =
        walk.bindings + [
            .declare("best", width: walk.lanes, walk.load(x, 0, walk.lanes)),
            .loop(
                "p", from: 1, to: Index(walk.area), step: 1,
                [.assign("best", .maximum(best, walk.load(x, p, walk.lanes)))]),
            walk.storeNumber(request, best),
        ]
    return step(request, walk, operations: 1, body)
}

/// `dy` at the first position whose value is not below the largest, 0 elsewhere.
private func maximumGradient(_ request: KernelRequest) -> LoweredStep {
    let (dy, x, y) = (request.inputs[0], request.inputs[1], request.inputs[2])
    let walk = ChannelWalk(x, request)
    let lanes = walk.lanes
    let variable = { (name: String) in Expression.variable(name, width: lanes) }
    let (zero, one) = (splat(0, lanes), splat(1, lanes))
    let p = Index.variable("p")
    let body =
        walk.bindings + [
            walk.declare("dy", from: dy.buffer, walk.n * Index(dy.sampleStride)),
            walk.declare("y", from: y.buffer, walk.n * Index(y.sampleStride)),
            // 1 until the position has been met.
            .declare("open", width: lanes, one),
            .loop(
                "p", from: 0, to: Index(walk.area), step: 1,
                [
                    .declare(
                        "hit", width: lanes,
                        .select(.less, walk.load(x, p, lanes), variable("y"), then: zero, otherwise: variable("open"))),
                    .assign("open", variable("open") - variable("hit")),
                    walk.storeResult(
                        request, p,
                        .select(.greater, variable("hit"), zero, then: variable("dy"), otherwise: zero), lanes),
                ]),
        ]
    return step(request, walk, operations: 2, body)
}

extension ChannelWalk {
    /// Stores the task's number of each channel after the epilogue.
    fileprivate func storeNumber(_ request: KernelRequest, _ value: Expression) -> Statement {
        .store(
            .out, n * Index(request.result.sampleStride) + channel,
            request.applyEpilogue(value, sample: n, element: channel, width: lanes))
    }
}
