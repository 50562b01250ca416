import GraphIR
import KernelIR

extension Buffer.Handle {
    /// All of the step's scratch memory.
    fileprivate static let scratch = Buffer.Handle("scratch")
}

/// `Σ dy · x̂` and `Σ dy` of each channel: of each sample first, and where the batch is normalised together, added up over
/// the samples then.
func normalizationSums(
    _ request: KernelRequest, _ groups: NormalizationGroups, _ epsilon: Double
) -> LoweredStep {
    let x = request.inputs[1]
    let factors = ChannelFactors(request, groups, epsilon, map: x, rows: 2)
    let walk = ChannelWalk(x, request)
    let isPartial = groups == .batch
    // Of the batch: rows of each sample in scratch, behind the factors.
    let partial = ChannelRows(
        offset: factors.rows.count, rows: 2, channels: walk.channels, samples: request.batchCapacity)
    let start = { (row: Int) -> Index in
        isPartial ? partial.startInBatch(row) : walk.n * Index(request.result.sampleStride) + Index(row * walk.channels)
    }
    let scratch = factors.rows.count + (isPartial ? partial.count : 0)
    let body =
        walk.bindings
        + channelSums(request, walk, factors) { row, value in
            .store(isPartial ? .scratch : .out, start(row) + walk.channel, value)
        }
    let rows = Buffer(
        .scratch, access: isPartial ? .readWrite : .read, extent: scratch, comment: "factors, sums")
    var buffers = StageBuffers()
    if !isPartial { buffers.add(request.buffer(request.result, access: .write), .result) }
    buffers.add(inputs: [0, 1], of: request)
    buffers.add(rows, .scratch)
    let main = LoweredStage(
        name: request.functionName + (isPartial ? "_channels" : ""),
        documentation: request.documentation("vector loop"), buffers, algorithm: "sums",
        tasksPerSample: walk.tasksPerSample, work: Work(request, flopsPerSample: 4 * Double(x.type.elementCount)),
        body: body)
    let prepare = factors.stage(inputs: [2]) { [$0.variable("mean"), $0.variable("deviation")] }
    let stages = [prepare, main] + (isPartial ? [batchSums(request, partial, scratch: scratch)] : [])
    return LoweredStep(stages: stages, scratch: scratch)
}

private func channelSums(
    _ request: KernelRequest, _ walk: ChannelWalk, _ factors: ChannelFactors, store: (Int, Expression) -> Statement
) -> [Statement] {
    let lanes = walk.lanes
    let variable = { (name: String) in Expression.variable(name, width: lanes) }
    let pieces = walk.eachPiece { start in
        ["weighted", "plain"].map { .declare($0, width: lanes, splat(0, lanes)) }
            + walk.add(to: ["weighted", "plain"]) { i, width in
                let dy = walk.load(request.inputs[0], start + i, width)
                let deviation = walk.load(request.inputs[1], start + i, width) - walk.perChannel("mean", width)
                return [dy * deviation, dy]
            }
            + [
                .assign("all_weighted", variable("all_weighted") + variable("weighted")),
                .assign("all_plain", variable("all_plain") + variable("plain")),
            ]
    }
    return [
        walk.declare("mean", from: .scratch, factors.rows.start(0)),
        walk.declare("deviation", from: .scratch, factors.rows.start(1)),
        .declare("all_weighted", width: lanes, splat(0, lanes)),
        .declare("all_plain", width: lanes, splat(0, lanes)),
        pieces,
        store(0, variable("all_weighted") * variable("deviation")),
        store(1, variable("all_plain")),
    ]
}

/// Adds the samples' rows up.
private func batchSums(_ request: KernelRequest, _ partial: ChannelRows, scratch: Int) -> LoweredStage {
    let n = Index.variable("n")
    let count = partial.rows * partial.channels
    let body = vectorLoop("i", count: Index(count), width: request.vectorWidth(for: count)) { i, width in
        [
            .declare("total", width: width, splat(0, width)),
            .loop(
                "n", from: 0, to: .batch, step: 1,
                [
                    .assign(
                        "total",
                        .variable("total", width: width)
                            + .load(.scratch, partial.start(0, sample: n) + i, width: width))
                ]),
            .store(.out, i, .variable("total", width: width)),
        ]
    }
    var buffers = StageBuffers()
    buffers.add(request.buffer(request.result, access: .write), .result)
    buffers.add(Buffer(.scratch, access: .read, extent: scratch), .scratch)
    return LoweredStage(
        name: request.functionName, documentation: ["\(request.node.name): adds up the samples' sums"], buffers,
        algorithm: "sums", tasksFixed: 1, body: body
    ).ofBatch(reading: partial.parts)
}

/// A row of the sums, over all samples where each has its own.
func sumsRow(_ request: KernelRequest, _ row: Int) -> LoweredStep {
    let source = request.inputs[0]
    let channels = request.result.type.elementCount
    let n = Index.variable("n")
    let body = vectorLoop("c", count: Index(channels), width: request.vectorWidth(for: channels)) { c, width in
        let at = Index(row * channels) + c
        guard source.type.isBatched else { return [.store(.out, c, .load(source.buffer, at, width: width))] }
        let sum = Expression.variable("total", width: width)
        return [
            .declare("total", width: width, splat(0, width)),
            .loop(
                "n", from: 0, to: .batch, step: 1,
                [.assign("total", sum + .load(source.buffer, n * Index(source.sampleStride) + at, width: width))]),
            .store(.out, c, sum),
        ]
    }
    let kernel = request.kernel(
        "sum", tasksFixed: 1, body: body)
    return LoweredStep(kernel, work: Work(request))
}
