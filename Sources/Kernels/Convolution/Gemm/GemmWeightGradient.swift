import GraphIR
import KernelIR

/// `out = Σ over samples of dy · columns(x)ᵀ`.
///
/// A task makes the gradient of a block of input channels (and of output channels where there are few of the former)
/// over all samples in order, so that the sum does not depend on the number of threads.
func gemmWeightGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    let plan = WeightGradientBlocking(g)
    let source = ColumnSource(request, g, rowsPerBlock: plan.rows, channels: plan.channels)
    let (n, y0, rows): (Index, Index, Index) = (.variable("n"), .variable("y0"), .variable("rows"))
    let (group, c0, k0): (Index, Index, Index) = (.variable("group"), .variable("c0"), .variable("k0"))
    let (channels, outputs): (Index, Index) = (.variable("channels"), .variable("outputs"))
    let mapBase =
        n * Index(request.convolved.sampleStride) + (group * Index(g.groupInputChannels) + c0) * Index(g.input.area)
    let firstOutput = group * Index(g.groupOutputChannels) + k0
    let dy = MatrixOperand(
        request.outputGradient.buffer,
        at: n * Index(request.outputGradient.sampleStride) + firstOutput * Index(g.output.area)
            + y0 * Index(g.output.width), leading: g.output.area)
    let out = MatrixOperand(
        .out, at: firstOutput * Index(g.reductionSize) + c0 * Index(g.kernel.area), leading: g.reductionSize)
    let block: [Statement] =
        [.letIndex("rows", .minimum(Index(plan.rows), Index(g.output.height) - y0))]
        + source.gather(map: request.convolved.buffer, base: mapBase, channels: channels, firstRow: y0, rows: rows)
        + [
            gemm(
                m: outputs, n: channels * Index(g.kernel.area), k: rows * Index(g.output.width), dy,
                source.matrix(map: request.convolved.buffer, base: mapBase, firstRow: y0, transposed: true),
                beta: .variable("beta", width: 1), into: out),
            .assign("beta", 1),
        ]
    let body: [Statement] = [
        .letIndex("group", .task / Index(plan.blocks)),
        .letIndex("c0", .task / Index(plan.outputBlocks) % Index(plan.channelBlocks) * Index(plan.channels)),
        .letIndex("k0", .task % Index(plan.outputBlocks) * Index(plan.outputs)),
        .letIndex("channels", .minimum(Index(plan.channels), Index(g.groupInputChannels) - c0)),
        .letIndex("outputs", .minimum(Index(plan.outputs), Index(g.groupOutputChannels) - k0)),
        .declare("beta", width: 1, 0),
        .loop(
            "n", from: 0, to: .batch, step: 1,
            [.loop("y0", from: 0, to: Index(g.output.height), step: plan.rows, block)]),
    ]
    let buffers = StageBuffers(request, result: .readWrite, workspace: source.workspace)
    let algorithm = g.isPointwise ? "gemm" : "im2col + gemm"
    let kernel = request.kernel(
        algorithm, buffers, tasksFixed: g.groups * plan.blocks, body: body)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: g.flopsPerSample))
}

private struct WeightGradientBlocking {
    let channels: Int
    let channelBlocks: Int
    let outputs: Int
    let outputBlocks: Int
    let rows: Int

    /// Tasks of a group.
    var blocks: Int { channelBlocks * outputBlocks }

    init(_ g: ConvGeometry) {
        let preferred = max(1, 144 / g.kernel.area)
        channels = ceilingDivide(g.groupInputChannels, ceilingDivide(g.groupInputChannels, preferred))
        channelBlocks = ceilingDivide(g.groupInputChannels, channels)
        // Few input channels leave too few tasks for the threads: cut the output channels as well.
        let wanted = TaskCuts.parts(
            ofEachOf: g.groups * channelBlocks, most: ceilingDivide(g.groupOutputChannels, 16))
        outputs = ceilingDivide(g.groupOutputChannels, wanted)
        outputBlocks = ceilingDivide(g.groupOutputChannels, outputs)
        rows = rowsPerBlock(
            rows: g.output.height, rowLength: g.output.width,
            preferred: max(256, (1 << 18) / (channels * g.kernel.area)))
    }
}
