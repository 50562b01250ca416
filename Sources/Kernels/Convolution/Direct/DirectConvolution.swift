import GraphIR
import KernelIR

/// A convolution of any small kernel, stride and dilation on blocked maps, computed as it is defined: a register block
/// of pixels by output channels runs over taps and input channels (Georganas et al., "Anatomy of High-Performance Deep
/// Learning Convolutions on SIMD Architectures", 2018, section II).
func directConvolution(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    DirectKernel(request, g) { GatherShape(forward: $0) }.step()
}

/// The gradient of such a convolution with respect to its input, and the transposed convolution, which is the same.
func directDataGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    DirectKernel(request, g) { GatherShape(dataGradient: $0) }.step()
}

/// A task makes some rows of one sample: it copies the rows that they are made of, with their padding, and then for each
/// panel of output channels sums up all taps and channels in registers. Groups of channels follow each other.
private struct DirectKernel {
    let request: KernelRequest
    let geometry: ConvGeometry
    let groups: ChannelGroups
    /// Of one of the groups.
    let shape: GatherShape
    let blocking: DirectBlocking
    let strip: PaddedStrip
    private var width: Int { request.target.vectorWidth }

    private let n = Index.variable("n")
    private let q0 = Index.variable("q0")
    private let q = Index.variable("q")
    private let panel = Index.variable("panel")

    init(_ request: KernelRequest, _ g: ConvGeometry, shape makeShape: (ConvGeometry) -> GatherShape) {
        guard let groups = ChannelGroups(g, width: request.target.vectorWidth) else {
            fatalError("\(request.node.name): its groups make no whole blocks of channels")
        }
        self.groups = groups
        let shape = makeShape(groups.geometry)
        self.request = request
        geometry = g
        self.shape = shape
        blocking = DirectBlocking(
            shape, groups: groups.count, target: request.target, batchCapacity: request.batchCapacity,
            isInference: request.isInference)
        strip = PaddedStrip(
            map: shape.source, width: request.target.vectorWidth, columns: shape.columns.span(shape.columns.count),
            rows: shape.rows.span(blocking.rows), firstColumn: shape.columns.reach.lowerBound, start: 0)
    }

    func step() -> LoweredStep {
        let panels = WeightPanels(
            request: request, geometry: geometry, block: blocking.block, joinedGroups: groups.joined)
        let tasks = blocking.rowBlocks * blocking.shares
        let firstRow = q0 * Index(shape.rows.step) + Index(shape.rows.reach.lowerBound)
        let share = Index.task % Index(blocking.shares) * Index(blocking.partsPerShare)
        let parts = groups.count == 1 ? blocking.panels : groups.count
        let endOfShare = { (first: String) -> Index in
            .minimum(.variable(first) + Index(blocking.partsPerShare), Index(parts))
        }
        let copy = { (base: Index) -> [Statement] in
            if shape.skipsPadding { return [] }
            return strip.copy(
                request.map.buffer, base: n * Index(request.map.sampleStride) + base, channels: shape.channels,
                firstRow: firstRow)
        }
        let products = { (first: Index, end: Index) -> Statement in
            .loop("panel", from: first, to: end, step: 1, shape.phases.flatMap(rows))
        }
        let group = Index.variable("group")
        let work: [Statement] =
            groups.count == 1
            ? [.letIndex("firstPanel", share), .letIndex("endPanel", endOfShare("firstPanel"))] + copy(0)
                + [products(.variable("firstPanel"), .variable("endPanel"))]
            : [
                .letIndex("firstGroup", share), .letIndex("endGroup", endOfShare("firstGroup")),
                .loop(
                    "group", from: .variable("firstGroup"), to: .variable("endGroup"), step: 1,
                    copy(group * Index(shape.channels * shape.source.area)) + [
                        products(group * Index(blocking.panels), (group + 1) * Index(blocking.panels))
                    ]),
            ]
        return panels.step(
            directWeights(panels, shape, groups), algorithm: "direct",
            workspace: shape.skipsPadding ? 0 : strip.extent(channels: shape.channels), tasksPerSample: tasks,
            body: [
                .letIndex("n", .task / Index(tasks)),
                .letIndex("q0", .task % Index(tasks) / Index(blocking.shares) * Index(blocking.rows)),
            ] + work)
    }

    /// The task's rows of one phase.
    private func rows(_ phase: (row: GatherAxis.Phase, column: GatherAxis.Phase, tapsBefore: Int)) -> [Statement] {
        let (row, column) = (phase.row, phase.column)
        let body = runs(of: column).flatMap { run in
            let fitting = run.count == column.count ? blocking.block : blocking.block.fitted(to: run.count)
            return fitting.rows("x", count: run.count) { block, x in
                let x = x + Index(run.first)
                return sums(block, phase, run.taps, x)
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
        }
        let taps = tapsInside(row)
        let bindings: [Statement] =
            shape.skipsPadding ? [.letIndex("firstTap", taps.first), .letIndex("endTap", taps.end)] : []
        return [
            .loop("q", from: 0, to: .minimum(Index(blocking.rows), Index(row.count) - q0), step: 1, bindings + body)
        ]
    }

    /// Rows of taps that are multiplied. Taps far from each other often lie on the padding, and are left out there.
    private func tapsInside(_ row: GatherAxis.Phase) -> (first: Index, end: Index) {
        row.tapsInside(q0 + q, step: shape.rows.step, source: shape.source.height)
    }

    /// The same along a row; else the strip's zeros are multiplied.
    private func runs(of column: GatherAxis.Phase) -> [TapRun] {
        shape.skipsPadding
            ? TapRun.runs(of: column, step: shape.columns.step, source: shape.source.width)
            : [TapRun(first: 0, count: column.count, taps: 0..<column.taps)]
    }

    /// The sums of a register block whose first pixel is `x`, starting at the bias.
    private func sums(
        _ block: RegisterBlock, _ phase: (row: GatherAxis.Phase, column: GatherAxis.Phase, tapsBefore: Int),
        _ taps: Range<Int>, _ x: Index
    ) -> [Statement] {
        let (row, column) = (phase.row, phase.column)
        let clear = block.clear(
            to: request.bias.map { bias in
                { .load(bias.buffer, panel * Index(block.columns) + Index($0 * width), width: width) }
            })
        guard row.taps * taps.count > 0 else { return clear }
        let (c, i, j, lane): (Index, Index, Index, Index) = (
            .variable("c"), .variable("i"), .variable("j"), .variable("lane")
        )
        let reach = (row: shape.rows.reach.lowerBound, column: shape.columns.reach.lowerBound)
        let pixel = strip.at(
            block: c, row: q * Index(shape.rows.step) + i * Index(row.offsetStep) + Index(row.offset - reach.row),
            column: x * Index(shape.columns.step) + j * Index(column.offsetStep) + Index(column.offset - reach.column))
        let sourceRow = (q0 + q) * Index(shape.rows.step) + i * Index(row.offsetStep) + Index(row.offset)
        let sourceColumn =
            x * Index(shape.columns.step) + j * Index(column.offsetStep) + Index(column.offset)
        let sourceBlock = groups.count == 1 ? c : panel / Index(blocking.panels) * Index(shape.channels / width) + c
        let inMap =
            n * Index(request.map.sampleStride)
            + ((sourceBlock * Index(shape.source.height) + sourceRow) * Index(shape.source.width) + sourceColumn)
            * Index(width)
        let before = panel * Index(shape.channels * shape.kernel.area) + Index(phase.tapsBefore * shape.channels)
        let reduction = before + ((c * Index(row.taps) + i) * Index(column.taps) + j) * Index(width)
        // Taps that are multiplied at once; a loop runs over the others.
        let unrolled = TapBlock(
            rows: block.rows, taps: blocking.unrollsTaps ? taps.count : 1, step: shape.columns.step,
            offsetStep: column.offsetStep)
        let step = unrolled.accumulate(block) { offset in
            .broadcast(
                .load(
                    shape.skipsPadding ? request.map.buffer : .workspace,
                    .variable("pixel") + lane + Index(offset * width), width: 1), width: width)
        } weight: { tap, vector in
            let at = (lane + Index(tap * width)) * Index(block.columns) + Index(vector * width)
            return .load(.panels, .variable("weights") + at, width: width)
        }
        let multiply: [Statement] = [
            .letIndex("pixel", shape.skipsPadding ? inMap : pixel),
            .letIndex("weights", reduction * Index(block.columns)),
            .loop("lane", from: 0, to: Index(width), step: 1, step),
        ]
        return clear + [
            .loop(
                "c", from: 0, to: Index(shape.channels / width), step: 1,
                [
                    .loop(
                        "i", from: shape.skipsPadding ? .variable("firstTap") : 0,
                        to: shape.skipsPadding ? .variable("endTap") : Index(row.taps), step: 1,
                        [
                            .loop(
                                "j", from: Index(taps.lowerBound), to: Index(taps.upperBound), step: unrolled.taps,
                                multiply)
                        ])
                ])
        ]
    }
}
