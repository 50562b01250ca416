import GraphIR
import KernelIR

/// `out = scatter(weightᵀ · dy) + bias`, then the epilogue: the gradient of a convolution with respect to its input, and
/// a transposed convolution, which is the same function.
///
/// A task makes a block of input channels of one sample, or of all samples where the weights are larger than the maps;
/// windows of different blocks never overlap, so that no two tasks add to the same place.
func gemmDataGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    let plan = DataGradientBlocking(g)
    let source = ColumnSource(request, g, rowsPerBlock: plan.rows, channels: plan.channels)
    let blocks = Index(plan.channelBlocks)
    let bindings: [Statement]
    let block = dataGradientBlock(request, g, plan, source)
    if plan.keepsWeights {
        bindings = [
            .letIndex("group", .task / blocks), .letIndex("c0", .task % blocks * Index(plan.channels)),
            .loop("n", from: 0, to: .batch, step: 1, block),
        ]
    } else {
        bindings =
            [
                .letIndex("n", .task / Index(plan.channelBlocks * g.groups)),
                .letIndex("group", .task / blocks % Index(g.groups)),
                .letIndex("c0", .task % blocks * Index(plan.channels)),
            ] + block
    }
    let buffers = StageBuffers(request, result: .readWrite, workspace: source.workspace)
    let algorithm = g.isPointwise ? "gemm" : "gemm + col2im"
    let tasks = g.groups * plan.channelBlocks
    let kernel = request.kernel(
        algorithm, buffers, tasksPerSample: plan.keepsWeights ? 0 : tasks, tasksFixed: plan.keepsWeights ? tasks : 0,
        body: bindings)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: g.flopsPerSample + request.epilogueFlops))
}

private struct DataGradientBlocking {
    let keepsWeights: Bool
    let channels: Int
    let channelBlocks: Int
    let rows: Int

    init(_ g: ConvGeometry) {
        keepsWeights = g.output.area <= 256 && g.groupInputChannels >= 32
        let preferred = max(1, 128 / g.kernel.area)
        let blocks = ceilingDivide(g.groupInputChannels, preferred)
        channels = ceilingDivide(g.groupInputChannels, blocks)
        channelBlocks = ceilingDivide(g.groupInputChannels, channels)
        rows =
            g.isPointwise
            ? g.output.height
            : rowsPerBlock(
                rows: g.output.height, rowLength: g.output.width,
                preferred: max(64, (1 << 17) / (channels * g.kernel.area)))
    }
}

/// One block of input channels of one sample: variables `n`, `group` and `c0` are bound.
private func dataGradientBlock(
    _ request: KernelRequest, _ g: ConvGeometry, _ plan: DataGradientBlocking, _ source: ColumnSource
) -> [Statement] {
    let (n, group, c0): (Index, Index, Index) = (.variable("n"), .variable("group"), .variable("c0"))
    let channels = Index.variable("channels")
    let firstChannel = group * Index(g.groupInputChannels) + c0
    let outBase = n * Index(request.result.sampleStride) + firstChannel * Index(g.input.area)
    let dyBase = n * Index(request.map.sampleStride) + group * Index(g.groupOutputChannels * g.output.area)
    let weightBase =
        group * Index(g.groupOutputChannels * g.reductionSize) + c0 * Index(g.kernel.area)
    let weight = MatrixOperand(request.weight.buffer, at: weightBase, leading: g.reductionSize, transposed: true)
    let product = { (y0: Index, rows: Index, into: MatrixOperand) -> Statement in
        gemm(
            m: channels * Index(g.kernel.area), n: rows * Index(g.output.width), k: Index(g.groupOutputChannels),
            weight, MatrixOperand(request.map.buffer, at: dyBase + y0 * Index(g.output.width), leading: g.output.area),
            beta: 0,
            into: into)
    }
    var statements: [Statement] = [
        .letIndex("channels", .minimum(Index(plan.channels), Index(g.groupInputChannels) - c0))
    ]
    if g.isPointwise {
        let out = MatrixOperand(.out, at: outBase, leading: g.input.area)
        statements.append(product(0, Index(g.output.height), out))
    } else {
        let (y0, rows): (Index, Index) = (.variable("y0"), .variable("rows"))
        let columns = source.columnMatrix(
            map: .out, base: outBase, channels: channels, firstRow: y0, rows: rows)
        statements += vectorLoop("x", count: channels * Index(g.input.area), width: request.target.vectorWidth) {
            [.store(.out, outBase + $0, splat(0, $1))]
        }
        statements.append(
            .loop(
                "y0", from: 0, to: Index(g.output.height), step: plan.rows,
                [
                    .letIndex("rows", .minimum(Index(plan.rows), Index(g.output.height) - y0)),
                    product(y0, rows, source.matrix(map: .out, base: 0, firstRow: 0)),
                ] + columns.scatterAdd()))
    }
    return statements
        + finishChannels(
            request, sample: n, firstChannel: firstChannel, channels: channels, plane: g.input.area, start: 0,
            count: Index(g.input.area))
}
