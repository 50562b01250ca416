import GraphIR
import KernelIR

/// A convolution of any small kernel, stride and dilation on blocked maps, computed as it is defined: a register block
/// of pixels by output channels runs over taps and input channels (Georganas et al., "Anatomy of High-Performance Deep
/// Learning Convolutions on SIMD Architectures", 2018, section II).
func directConvolution(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    DirectKernel(request, g, GatherShape(forward: g)).step()
}

/// The gradient of such a convolution with respect to its input, and the transposed convolution, which is the same.
func directDataGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    DirectKernel(request, g, GatherShape(dataGradient: g)).step()
}

/// A task makes some rows of one sample: it copies the rows that they are made of, with their padding, and then for each
/// panel of output channels sums up all taps and channels in registers.
private struct DirectKernel {
    let request: KernelRequest
    let geometry: ConvGeometry
    let shape: GatherShape
    let blocking: DirectBlocking
    let strip: PaddedStrip
    private var width: Int { request.target.vectorWidth }

    private let n = Index.variable("n")
    private let q0 = Index.variable("q0")
    private let q = Index.variable("q")
    private let panel = Index.variable("panel")

    init(_ request: KernelRequest, _ g: ConvGeometry, _ shape: GatherShape) {
        self.request = request
        geometry = g
        self.shape = shape
        blocking = DirectBlocking(
            shape, target: request.target, batchCapacity: request.batchCapacity, isInference: request.isInference)
        strip = PaddedStrip(
            map: shape.source, width: request.target.vectorWidth, columns: shape.columns.span(shape.columns.count),
            rows: shape.rows.span(blocking.rows), firstColumn: shape.columns.reach.lowerBound, start: 0)
    }

    func step() -> LoweredStep {
        let panels = WeightPanels(request: request, geometry: geometry, block: blocking.block)
        let tasks = blocking.rowBlocks * blocking.shares
        let firstRow = q0 * Index(shape.rows.step) + Index(shape.rows.reach.lowerBound)
        let copy = strip.copy(
            request.map.buffer, base: n * Index(request.map.sampleStride), channels: shape.channels,
            firstRow: firstRow)
        return panels.step(
            directWeights(panels, shape), algorithm: "direct",
            workspace: strip.extent(channels: shape.channels), tasksPerSample: tasks,
            body: [
                .letIndex("n", .task / Index(tasks)),
                .letIndex("q0", .task % Index(tasks) / Index(blocking.shares) * Index(blocking.rows)),
                .letIndex("firstPanel", .task % Index(blocking.shares) * Index(blocking.panelsPerShare)),
                .letIndex(
                    "endPanel",
                    .minimum(.variable("firstPanel") + Index(blocking.panelsPerShare), Index(blocking.panels))),
            ] + copy + [
                .loop(
                    "panel", from: .variable("firstPanel"), to: .variable("endPanel"), step: 1,
                    shape.phases.flatMap(rows))
            ])
    }

    /// The task's rows of one phase.
    private func rows(_ phase: (row: GatherAxis.Phase, column: GatherAxis.Phase, tapsBefore: Int)) -> [Statement] {
        let (row, column) = (phase.row, phase.column)
        let body = blocking.block.rows("x", count: column.count) { block, x in
            sums(block, phase, x)
                + block.finish { pixel, vector, value in
                    let channel = panel * Index(block.columns) + Index(vector * width)
                    let y = (q0 + q) * Index(shape.rows.period) + Index(row.first)
                    let x = (x + Index(pixel)) * Index(shape.columns.period) + Index(column.first)
                    let element =
                        channel * Index(shape.result.area) + (y * Index(shape.result.width) + x) * Index(width)
                    let finished = request.applyEpilogue(value, sample: n, element: element, width: width)
                    return .store(.out, n * Index(request.result.sampleStride) + element, finished)
                }
        }
        return [.loop("q", from: 0, to: .minimum(Index(blocking.rows), Index(row.count) - q0), step: 1, body)]
    }

    /// The sums of a register block whose first pixel is `x`, starting at the bias.
    private func sums(
        _ block: RegisterBlock, _ phase: (row: GatherAxis.Phase, column: GatherAxis.Phase, tapsBefore: Int), _ x: Index
    ) -> [Statement] {
        let (row, column) = (phase.row, phase.column)
        let clear = block.clear(
            to: request.bias.map { bias in
                { .load(bias.buffer, panel * Index(block.columns) + Index($0 * width), width: width) }
            })
        guard row.taps * column.taps > 0 else { return clear }
        let (c, i, j, lane): (Index, Index, Index, Index) = (
            .variable("c"), .variable("i"), .variable("j"), .variable("lane")
        )
        let reach = (row: shape.rows.reach.lowerBound, column: shape.columns.reach.lowerBound)
        let pixel = strip.at(
            block: c, row: q * Index(shape.rows.step) + i * Index(row.offsetStep) + Index(row.offset - reach.row),
            column: x * Index(shape.columns.step) + j * Index(column.offsetStep) + Index(column.offset - reach.column))
        let before = panel * Index(shape.channels * shape.kernel.area) + Index(phase.tapsBefore * shape.channels)
        let reduction = before + ((c * Index(row.taps) + i) * Index(column.taps) + j) * Index(width)
        // Taps that are multiplied at once; a loop runs over the others.
        let unrolled = TapBlock(
            rows: block.rows, taps: blocking.unrollsTaps ? column.taps : 1, step: shape.columns.step,
            offsetStep: column.offsetStep)
        let step = unrolled.accumulate(block) { offset in
            .load(.workspace, .variable("pixel") + lane + Index(offset * width), width: 1)
        } weight: { tap, vector in
            let at = (lane + Index(tap * width)) * Index(block.columns) + Index(vector * width)
            return .load(.panels, .variable("weights") + at, width: width)
        }
        let multiply: [Statement] = [
            .letIndex("pixel", pixel), .letIndex("weights", reduction * Index(block.columns)),
            .loop("lane", from: 0, to: Index(width), step: 1, step),
        ]
        return clear + [
            .loop(
                "c", from: 0, to: Index(shape.channels / width), step: 1,
                [
                    .loop(
                        "i", from: 0, to: Index(row.taps), step: 1,
                        [.loop("j", from: 0, to: Index(column.taps), step: unrolled.taps, multiply)])
                ])
        ]
    }
}
