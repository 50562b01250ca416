import GraphIR
import KernelIR

/// A depthwise convolution on blocked maps.
func depthwiseConvolution(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    DepthwiseKernel(request, g, GatherShape(forward: g)).step()
}

/// Its gradient with respect to the input, and the transposed depthwise convolution, which is the same.
func depthwiseDataGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    DepthwiseKernel(request, g, GatherShape(dataGradient: g)).step()
}

/// A task makes some rows of one block of channels. The sums of neighbouring pixels are in registers, so that a value that
/// several of them are made of is loaded once. What would be on the padding is left out: no map is copied, and values go
/// from memory to registers and back once.
private struct DepthwiseKernel {
    let request: KernelRequest
    let geometry: ConvGeometry
    let shape: GatherShape
    /// Pixels of a row.
    let block: RegisterBlock
    private var width: Int { request.target.vectorWidth }

    private let n = Index.variable("n")
    private let c = Index.variable("c")
    private let q0 = Index.variable("q0")
    private let q = Index.variable("q")
    private let i = Index.variable("i")

    init(_ request: KernelRequest, _ g: ConvGeometry, _ shape: GatherShape) {
        self.request = request
        geometry = g
        self.shape = shape
        // A register for each sum, for each weight of a row of taps, and for a value.
        let target = request.target
        let rows = min(12, target.vectorRegisters - 1 - shape.columns.largestTaps)
        block = RegisterBlock(RegisterBlock(target: target, columns: target.vectorWidth), rows: max(1, rows))
    }

    private var blocks: Int { shape.channels / width }

    /// Strips of rows, where blocks are too few to share out.
    private var strips: Int {
        TaskCuts.parts(ofEachOf: blocks * request.batchCapacity, most: max(1, shape.rows.count / 4))
    }

    func step() -> LoweredStep {
        let panels = WeightPanels(request: request, geometry: geometry, block: block)
        let rows = ceilingDivide(shape.rows.count, strips)
        let tasks = blocks * ceilingDivide(shape.rows.count, rows)
        return panels.step(
            depthwiseWeights(panels), algorithm: "depthwise", workspace: 0, tasksPerSample: tasks,
            body: [
                .letIndex("n", .task / Index(tasks)), .letIndex("c", .task % Index(blocks)),
                .letIndex("q0", .task % Index(tasks) / Index(blocks) * Index(rows)),
            ]
                + shape.phases.map { phase in
                    .loop(
                        "q", from: q0, to: .minimum(q0 + Index(rows), Index(phase.row.count)), step: 1,
                        row(phase.row, phase.column))
                })
    }

    /// The pixels of a row in one phase.
    private func row(_ row: GatherAxis.Phase, _ column: GatherAxis.Phase) -> [Statement] {
        let inside = row.tapsInside(q, step: shape.rows.step, source: shape.source.height)
        let runs = TapRun.runs(of: column, step: shape.columns.step, source: shape.source.width)
        return [.letIndex("firstTap", inside.first), .letIndex("endTap", inside.end)]
            + runs.flatMap { run in
                block.fitted(to: run.count).rows("x", count: run.count) { block, x in
                    sums(block, row, column, run, x) + store(block, row, column, x + Index(run.first))
                }
            }
    }

    /// The sums of a register block whose first pixel is `x` pixels behind the run's, starting at the bias.
    private func sums(
        _ block: RegisterBlock, _ row: GatherAxis.Phase, _ column: GatherAxis.Phase, _ run: TapRun, _ x: Index
    ) -> [Statement] {
        let clear = block.clear(
            to: request.bias.map { bias in { _ in .load(bias.buffer, c * Index(width), width: width) } })
        guard row.taps > 0, !run.taps.isEmpty else { return clear }
        let taps = TapBlock(
            rows: block.rows, taps: run.taps.count, step: shape.columns.step, offsetStep: column.offsetStep)
        let sourceRow = q * Index(shape.rows.step) + i * Index(row.offsetStep) + Index(row.offset)
        let sourceColumn =
            (x + Index(run.first)) * Index(shape.columns.step)
            + Index(column.offset + run.taps.lowerBound * column.offsetStep)
        let pixel =
            n * Index(request.map.sampleStride)
            + ((c * Index(shape.source.height) + sourceRow) * Index(shape.source.width) + sourceColumn) * Index(width)
        let weights =
            (c * Index(shape.kernel.area) + row.tap(i) * Index(shape.kernel.width)) * Index(width)
        let multiply = taps.accumulate(block) { offset in
            .load(request.map.buffer, .variable("pixel") + Index(offset * width), width: width)
        } weight: { tap, _ in
            let place = column.firstTap + (run.taps.lowerBound + tap) * column.tapStep
            return .load(.panels, .variable("weights") + Index(place * width), width: width)
        }
        return clear + [
            .loop(
                "i", from: .variable("firstTap"), to: .variable("endTap"), step: 1,
                [.letIndex("pixel", pixel), .letIndex("weights", weights)] + multiply)
        ]
    }

    private func store(
        _ block: RegisterBlock, _ row: GatherAxis.Phase, _ column: GatherAxis.Phase, _ x: Index
    ) -> [Statement] {
        block.finish { pixel, _, value in
            let y = q * Index(shape.rows.period) + Index(row.first)
            let x = (x + Index(pixel)) * Index(shape.columns.period) + Index(column.first)
            let element = ((c * Index(shape.result.height) + y) * Index(shape.result.width) + x) * Index(width)
            let finished = request.applyEpilogue(value, sample: n, element: element, width: width)
            return .store(.out, n * Index(request.result.sampleStride) + element, finished)
        }
    }
}

/// Rearranges a depthwise weight: `[block of channels][tap][lane]`. A task makes a block.
private func depthwiseWeights(_ panels: WeightPanels) -> LoweredStage {
    let (width, taps) = (panels.block.width, panels.geometry.kernel.area)
    let (tap, lane) = (Index.variable("tap"), Index.variable("lane"))
    let copy = Statement.store(
        .panels, (.task * Index(taps) + tap) * Index(width) + lane,
        .load(.weight, (.task * Index(width) + lane) * Index(taps) + tap, width: 1))
    return panels.stage(
        tasks: panels.geometry.groups / width,
        [
            .loop(
                "lane", from: 0, to: Index(width), step: 1, [.loop("tap", from: 0, to: Index(taps), step: 1, [copy])])
        ])
}
