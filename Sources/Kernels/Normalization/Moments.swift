import GraphIR
import KernelIR

extension Buffer.Handle {
    /// Moments of each sample's channels, in the step's scratch memory.
    fileprivate static let channels = Buffer.Handle("channels")
}

/// Mean and variance of what is normalised together: first of each channel of each sample, then of all of them.
///
/// A channel is cut into pieces whose mean and squared deviations are taken while they are in the cache, and joined by
/// Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance", 1983, formula 1.5: neither a large mean nor a
/// large map costs digits.
func moments(_ request: KernelRequest, _ groups: NormalizationGroups) -> LoweredStep {
    let walk = ChannelWalk(request.inputs[0], request)
    let rows = ChannelRows(rows: 2, channels: walk.channels, samples: request.batchCapacity)
    let map = request.inputs[0]
    var buffers = StageBuffers()
    buffers.add(
        Buffer(
            .out, access: .write, extent: rows.count, comment: "mean and squared deviations of each sample's channels"),
        .scratch)
    buffers.add(request.buffer(map, access: .read), .input(0))
    let partial = LoweredStage(
        name: request.functionName + "_channels", documentation: request.documentation("channel by channel"), buffers,
        algorithm: "moments", tasksPerSample: walk.tasksPerSample,
        work: Work(request, flopsPerSample: 4 * Double(map.type.elementCount)),
        body: walk.bindings
            + channelMoments(walk, request) { groups == .batch ? rows.startInBatch($0) : rows.start($0) })
    let all = groups == .batch ? batchMoments(request, walk, rows) : groupMoments(request, walk, rows, groups)
    return LoweredStep(stages: [partial, all], scratch: rows.count)
}

private func channelMoments(
    _ walk: ChannelWalk, _ request: KernelRequest, start: (Int) -> Index
) -> [Statement] {
    let lanes = walk.lanes
    let variable = { (name: String) in Expression.variable(name, width: lanes) }
    let (mean, squares, difference) = (variable("mean"), variable("squares"), variable("difference"))
    let positions = Index.variable("positions")
    let share = Expression.variable("share", width: 1)
    let value = { (start: Index, i: Index, width: Int) in walk.load(request.inputs[0], start + i, width) }
    let piece = walk.eachPiece { start in
        [.declare("sum", width: lanes, splat(0, lanes))]
            + walk.add(to: ["sum"]) { i, width in [value(start, i, width)] }
            + [
                .declare("piece", width: lanes, variable("sum") / splat(.number(positions), lanes)),
                .declare("square", width: lanes, splat(0, lanes)),
            ]
            + walk.add(to: ["square"]) { i, width in
                let deviation = value(start, i, width) - walk.perChannel("piece", width)
                return [deviation * deviation]
            }
            + [
                .declare("difference", width: lanes, variable("piece") - mean),
                .declare("share", width: 1, .number(positions) / .number(start + positions)),
                .assign("mean", .fusedMultiplyAdd(difference, splat(share, lanes), mean)),
                .assign(
                    "squares",
                    squares + (variable("square") + difference * difference * splat(.number(start) * share, lanes))),
            ]
    }
    return [.declare("mean", width: lanes, splat(0, lanes)), .declare("squares", width: lanes, splat(0, lanes)), piece]
        + [
            .store(.out, start(0) + walk.channel, mean),
            .store(.out, start(1) + walk.channel, squares),
        ]
}

/// Joins the samples, which all have as many values.
private func batchMoments(_ request: KernelRequest, _ walk: ChannelWalk, _ rows: ChannelRows) -> LoweredStage {
    let n = Index.variable("n")
    let body = vectorLoop("c", count: Index(walk.channels), width: request.vectorWidth(for: walk.channels)) {
        c, width in
        let variable = { (name: String) in Expression.variable(name, width: width) }
        let load = { (row: Int) in Expression.load(.channels, rows.start(row, sample: n) + c, width: width) }
        let area = splat(.constant(Double(walk.area)), width)
        let eachSample = { (statements: [Statement]) in Statement.loop("n", from: 0, to: .batch, step: 1, statements) }
        return [
            .declare("mean", width: width, splat(0, width)), .declare("variance", width: width, splat(0, width)),
            eachSample([.assign("mean", variable("mean") + load(0))]),
            .assign("mean", variable("mean") / splat(.number(.batch), width)),
            eachSample([
                .declare("difference", width: width, load(0) - variable("mean")),
                .assign(
                    "variance",
                    variable("variance") + (load(1) + area * variable("difference") * variable("difference"))),
            ]),
            .store(.out, c, variable("mean")),
            .store(
                .out, Index(walk.channels) + c, variable("variance") / splat(.number(.batch * Index(walk.area)), width)
            ),
        ]
    }
    return joining(request, rows, tasksFixed: 1, body).ofBatch(reading: rows.parts)
}

/// Joins the channels of each group, which all have as many values; a task is a sample.
private func groupMoments(
    _ request: KernelRequest, _ walk: ChannelWalk, _ rows: ChannelRows, _ groups: NormalizationGroups
) -> LoweredStage {
    let count = groups.count(channels: walk.channels)
    let size = walk.channels / count
    let (g, c) = (Index.variable("g"), Index.variable("c"))
    let variable = { (name: String) in Expression.variable(name, width: 1) }
    let load = { (row: Int) in Expression.load(.channels, rows.start(row) + g * Index(size) + c, width: 1) }
    let eachChannel = { (statements: [Statement]) in
        Statement.loop("c", from: 0, to: Index(size), step: 1, statements)
    }
    let values = Double(size * walk.area)
    let place = Index.variable("n") * Index(request.result.sampleStride) + g
    let body: [Statement] = [
        .letIndex("n", .task),
        .loop(
            "g", from: 0, to: Index(count), step: 1,
            [
                .declare("mean", width: 1, 0), .declare("variance", width: 1, 0),
                eachChannel([.assign("mean", variable("mean") + load(0))]),
                .assign("mean", variable("mean") * .constant(1 / Double(size))),
                eachChannel([
                    .declare("difference", width: 1, load(0) - variable("mean")),
                    .assign(
                        "variance",
                        variable("variance")
                            + (load(1) + .constant(Double(walk.area)) * variable("difference") * variable("difference"))
                    ),
                ]),
                .store(.out, place, variable("mean")),
                .store(.out, place + Index(count), variable("variance") * .constant(1 / values)),
            ]),
    ]
    return joining(request, rows, tasksPerSample: 1, body)
}

private func joining(
    _ request: KernelRequest, _ rows: ChannelRows, tasksPerSample: Int = 0, tasksFixed: Int = 0, _ body: [Statement]
) -> LoweredStage {
    var buffers = StageBuffers()
    buffers.add(request.buffer(request.result, access: .write), .result)
    buffers.add(Buffer(.channels, access: .read, extent: rows.count), .scratch)
    return LoweredStage(
        name: request.functionName, documentation: ["\(request.node.name): joins the moments of channels"], buffers,
        algorithm: "moments joined", tasksPerSample: tasksPerSample, tasksFixed: tasksFixed, body: body)
}
