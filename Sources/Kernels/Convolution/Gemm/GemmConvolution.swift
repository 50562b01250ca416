import GraphIR
import KernelIR

/// `out = weight · columns(x) + bias`, then the epilogue.
///
/// Wide maps: a task is a block of output rows of one sample, all channels, so that the columns stay in cache. Small
/// maps, whose weights are larger than they are: a task is a block of output channels of all samples, so that each
/// weight is fetched once.
func gemmConvolution(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    let plan = ForwardBlocking(g)
    let column = ColumnSource(request, g, rowsPerBlock: plan.rows)
    var body: [Statement] = []
    let perSample = plan.rowBlocks * g.groups
    if plan.keepsWeights {
        let task = Index.task
        body = [
            .letIndex("group", task / Index(plan.channelBlocks)),
            .letIndex("k0", task % Index(plan.channelBlocks) * Index(plan.channels)),
            .loop(
                "n", from: 0, to: .batch, step: 1,
                [
                    .loop(
                        "y0", from: 0, to: Index(g.output.height), step: plan.rows,
                        forwardBlock(request, g, plan, column))
                ]),
        ]
    } else {
        body =
            [
                .letIndex("n", .task / Index(perSample)),
                .letIndex("group", .task / Index(plan.rowBlocks) % Index(g.groups)),
                .letIndex("k0", 0),
                .letIndex("y0", .task % Index(plan.rowBlocks) * Index(plan.rows)),
            ] + forwardBlock(request, g, plan, column)
    }
    let buffers = StageBuffers(request, result: .readWrite, workspace: column.workspace)
    let algorithm = g.isPointwise ? "gemm" : "im2col + gemm"
    let kernel = request.kernel(
        algorithm, buffers, tasksPerSample: plan.keepsWeights ? 0 : perSample,
        tasksFixed: plan.keepsWeights ? g.groups * plan.channelBlocks : 0, body: body)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: g.flopsPerSample + request.epilogueFlops))
}

/// How the output is cut into tasks.
private struct ForwardBlocking {
    let keepsWeights: Bool
    let rows: Int
    let rowBlocks: Int
    /// Output channels of a block, and blocks in a group.
    let channels: Int
    let channelBlocks: Int

    init(_ g: ConvGeometry) {
        keepsWeights = g.output.area <= 256 && g.groupOutputChannels >= 32
        let preferred = min(2048, max(256, (1 << 18) / g.reductionSize))
        rows = rowsPerBlock(rows: g.output.height, rowLength: g.output.width, preferred: preferred)
        rowBlocks = ceilingDivide(g.output.height, rows)
        let blocks = keepsWeights ? max(2, g.groupOutputChannels / 128) : 1
        channels = ceilingDivide(g.groupOutputChannels, blocks)
        channelBlocks = ceilingDivide(g.groupOutputChannels, channels)
    }
}

/// One block of output rows and channels: variables `n`, `group`, `k0` and `y0` are bound.
private func forwardBlock(
    _ request: KernelRequest, _ g: ConvGeometry, _ plan: ForwardBlocking, _ source: ColumnSource
) -> [Statement] {
    let (n, group, k0, y0): (Index, Index, Index, Index) = (
        .variable("n"), .variable("group"), .variable("k0"), .variable("y0")
    )
    let rows = Index.variable("rows")
    let channels = Index.variable("channels")
    let pixels = rows * Index(g.output.width)
    let firstChannel = group * Index(g.groupOutputChannels) + k0
    let outBase = firstChannel * Index(g.output.area) + y0 * Index(g.output.width)
    let weightBase = firstChannel * Index(g.reductionSize)
    return [
        .letIndex("rows", .minimum(Index(plan.rows), Index(g.output.height) - y0)),
        .letIndex("channels", .minimum(Index(plan.channels), Index(g.groupOutputChannels) - k0)),
    ]
        + source.gather(
            map: request.map.buffer,
            base: n * Index(request.map.sampleStride)
                + group * Index(g.groupInputChannels * g.input.area),
            channels: Index(g.groupInputChannels), firstRow: y0, rows: rows)
        + [
            gemm(
                m: channels, n: pixels, k: Index(g.reductionSize),
                MatrixOperand(request.weight.buffer, at: weightBase, leading: g.reductionSize),
                source.matrix(
                    map: request.map.buffer,
                    base: n * Index(request.map.sampleStride)
                        + group * Index(g.groupInputChannels * g.input.area), firstRow: y0),
                beta: 0,
                into: MatrixOperand(
                    .out, at: n * Index(request.result.sampleStride) + outBase, leading: g.output.area))
        ]
        + finishChannels(
            request, sample: n, firstChannel: firstChannel, channels: channels, plane: g.output.area,
            start: y0 * Index(g.output.width), count: pixels)
}

/// Adds the bias and applies the epilogue to `count` elements of each of some channels, from `start` in each plane.
func finishChannels(
    _ request: KernelRequest, sample: Index, firstChannel: Index, channels: Index, plane: Int, start: Index,
    count: Index
) -> [Statement] {
    guard request.bias != nil || !request.node.epilogue.isEmpty else { return [] }
    let width = request.vectorWidth(for: plane)
    let k = firstChannel + .variable("k")
    let elements = vectorLoop("x", count: count, width: width) { x, width in
        let element = k * Index(plane) + start + x
        let at = sample * Index(request.result.sampleStride) + element
        var value = Expression.load(.out, at, width: width)
        if request.bias != nil { value = value + splat(.variable("bias", width: 1), width) }
        return [.store(.out, at, request.applyEpilogue(value, sample: sample, element: element, width: width))]
    }
    let bias = request.bias.map { [Statement.declare("bias", width: 1, .load($0.buffer, k, width: 1))] } ?? []
    return [.loop("k", from: 0, to: channels, step: 1, bias + elements)]
}

/// The second factor of a convolution's product: the column matrix in the workspace, or the map itself where the two
/// are the same.
struct ColumnSource {
    let geometry: ConvGeometry
    let rowsPerBlock: Int
    /// Channels of the matrix at most.
    let channels: Int
    let vectorWidth: Int

    init(_ request: KernelRequest, _ g: ConvGeometry, rowsPerBlock: Int, channels: Int? = nil) {
        geometry = g
        self.rowsPerBlock = rowsPerBlock
        self.channels = channels ?? g.groupInputChannels
        vectorWidth = request.vectorWidth(for: g.output.width)
    }

    /// Floats from one row of the column matrix to the next.
    var leading: Int { rowsPerBlock * geometry.output.width }
    /// For the matrix, where it is not the map itself.
    var workspace: Buffer? {
        geometry.isPointwise
            ? nil : Buffer(.columns, access: .workspace, extent: channels * geometry.kernel.area * leading)
    }

    func gather(map: Buffer.Handle, base: Index, channels: Index, firstRow: Index, rows: Index) -> [Statement] {
        guard !geometry.isPointwise else { return [] }
        return columnMatrix(map: map, base: base, channels: channels, firstRow: firstRow, rows: rows).gather()
    }

    func columnMatrix(map: Buffer.Handle, base: Index, channels: Index, firstRow: Index, rows: Index) -> ColumnMatrix {
        ColumnMatrix(
            geometry: geometry, map: map, mapBase: base, channels: channels, columns: .columns, leading: leading,
            firstRow: firstRow, rows: rows, vectorWidth: vectorWidth)
    }

    func matrix(map: Buffer.Handle, base: Index, firstRow: Index, transposed: Bool = false) -> MatrixOperand {
        geometry.isPointwise
            ? MatrixOperand(
                map, at: base + firstRow * Index(geometry.output.width), leading: geometry.input.area,
                transposed: transposed)
            : MatrixOperand(.columns, at: 0, leading: leading, transposed: transposed)
    }
}
