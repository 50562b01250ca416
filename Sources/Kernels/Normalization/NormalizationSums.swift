import GraphIR
import KernelIR

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
        isPartial ? partial.start(row) : walk.n * Index(request.result.sampleStride) + Index(row * walk.channels)
    }
    let scratch = factors.rows.count + (isPartial ? partial.count : 0)
    let body =
        walk.bindings
        + channelSums(request, walk, factors) { row, value in
            .store(isPartial ? "scratch" : "out", start(row) + walk.channel, value)
        }
    let maps = [0, 1].map { request.buffer(request.inputs[$0], "in\($0)", access: .read) }
    let rows = Buffer(
        name: "scratch", access: isPartial ? .readWrite : .read, extent: scratch, comment: "factors, sums")
    let kernel = Kernel(
        name: request.functionName + (isPartial ? "_channels" : ""),
        documentation: request.documentation("vector loop"),
        buffers: (isPartial ? [] : [request.buffer(request.result, "out", access: .write)]) + maps + [rows],
        tasksPerSample: walk.tasksPerSample, body: body)
    let main = LoweredStage(
        kernel, algorithm: "sums", operands: (isPartial ? [] : [.result]) + [.input(0), .input(1), .scratch],
        work: Work(request, flopsPerSample: 4 * Double(x.type.elementCount)))
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
                let dy = walk.load("in0", request.inputs[0], start + i, width)
                let deviation = walk.load("in1", request.inputs[1], start + i, width) - walk.perChannel("mean", width)
                return [dy * deviation, dy]
            }
            + [
                .assign("all_weighted", variable("all_weighted") + variable("weighted")),
                .assign("all_plain", variable("all_plain") + variable("plain")),
            ]
    }
    return [
        walk.declare("mean", from: "scratch", factors.rows.start(0)),
        walk.declare("deviation", from: "scratch", factors.rows.start(1)),
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
                            + .load("scratch", partial.start(0, sample: n) + i, width: width))
                ]),
            .store("out", i, .variable("total", width: width)),
        ]
    }
    let kernel = Kernel(
        name: request.functionName, documentation: ["\(request.node.name): adds up the samples' sums"],
        buffers: [
            request.buffer(request.result, "out", access: .write),
            Buffer(name: "scratch", access: .read, extent: scratch),
        ], tasksFixed: 1, body: body)
    return LoweredStage(kernel, algorithm: "sums", operands: [.result, .scratch])
}

/// A row of the sums, over all samples where each has its own.
func sumsRow(_ request: KernelRequest, _ row: Int) -> LoweredStep {
    let source = request.inputs[0]
    let channels = request.result.type.elementCount
    let n = Index.variable("n")
    let body = vectorLoop("c", count: Index(channels), width: request.vectorWidth(for: channels)) { c, width in
        let at = Index(row * channels) + c
        guard source.type.isBatched else { return [.store("out", c, .load("in0", at, width: width))] }
        let sum = Expression.variable("total", width: width)
        return [
            .declare("total", width: width, splat(0, width)),
            .loop(
                "n", from: 0, to: .batch, step: 1,
                [.assign("total", sum + .load("in0", n * Index(source.sampleStride) + at, width: width))]),
            .store("out", c, sum),
        ]
    }
    let kernel = Kernel(
        name: request.functionName, documentation: request.documentation("sum"), buffers: request.buffers(),
        tasksFixed: 1, body: body)
    return LoweredStep(request, kernel, algorithm: "sum", work: Work(request))
}
