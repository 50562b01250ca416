import Base
import GraphIR
import KernelIR

/// A convolution whose windows tile its input, on blocked maps: the pixels of a window side by side are a row of a
/// matrix that is multiplied with panels of weights; bias and epilogue are applied to the sums in the registers.
func patchConvolution(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    let block = RegisterBlock(target: request.target, columns: g.outputChannels)
    let panels = WeightPanels(request: request, geometry: g, block: block)
    let product = PatchProduct(
        request, g, block: block, reduction: g.reductionSize, panels: g.outputChannels / block.columns)
    return product.step(panels, panels.byOutput(), product.gathering())
}

/// The gradient of such a convolution with respect to its input, and the transposed convolution, which is the same: a
/// row of the product has the values of one output pixel's whole window, which are stored where they belong.
func patchDataGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    let columns = g.inputChannels * g.kernel.area
    let block = RegisterBlock(target: request.target, columns: columns)
    let panels = WeightPanels(request: request, geometry: g, block: block)
    let product = PatchProduct(
        request, g, block: block, reduction: g.outputChannels, panels: columns / block.columns)
    return product.step(panels, panels.byInput(), product.scattering())
}

/// Both directions: a task copies a rectangle of pixels into its workspace, as rows of a matrix, and multiplies it with
/// all panels or a share of them.
private struct PatchProduct {
    let request: KernelRequest
    let shape: PatchShape
    let block: RegisterBlock
    let reduction: Int
    /// Words of a row of the matrix: of bf16 each has two neighbouring elements.
    private let words: Int
    let panels: Int
    private let pixels: PixelBlocks
    /// Tasks that share out the panels, and panels of one.
    private let shares: Int
    private let panelsPerShare: Int
    /// Words from one row of the matrix to the next; no power of two, so that rows do not compete for cache lines.
    private let leading: Int

    private let n = Index.variable("n")
    private let panel = Index.variable("panel")
    private var g: ConvGeometry { shape.geometry }
    private var width: Int { shape.width }

    init(_ request: KernelRequest, _ g: ConvGeometry, block: RegisterBlock, reduction: Int, panels: Int) {
        self.request = request
        self.block = block
        self.reduction = reduction
        self.panels = panels
        shape = PatchShape(g, width: request.target.vectorWidth)
        words = reduction / request.factors.perWord
        leading = words + 16
        let fitting = request.target.l2Bytes / 2 / (ElementType.float32.bytes * leading)
        pixels = PixelBlocks(g.output, wanted: min(256, max(4 * block.rows, fitting)))
        let tasks = request.batchCapacity * pixels.perSample
        panelsPerShare = ceilingDivide(panels, TaskCuts.parts(ofEachOf: tasks, most: panels))
        shares = ceilingDivide(panels, panelsPerShare)
    }

    func step(_ weights: WeightPanels, _ stage: LoweredStage, _ body: [Statement]) -> LoweredStep {
        let tasks = pixels.perSample * shares
        return weights.step(
            stage, algorithm: "patch product", workspace: pixels.count * leading, tasksPerSample: tasks,
            body: [
                .letIndex("n", .task / Index(tasks)),
                .letIndex("part", .task % Index(tasks) / Index(shares)),
                .letIndex("firstPanel", .task % Index(shares) * Index(panelsPerShare)),
                .letIndex(
                    "endPanel", .minimum(.variable("firstPanel") + Index(panelsPerShare), Index(panels))),
                .letIndex("firstPixel", .variable("part") * Index(pixels.count)),
            ] + body)
    }

    // MARK: Windows to pixels

    func gathering() -> [Statement] {
        let (c, row, x, tap): (Index, Index, Index, Index) = (
            .variable("c"), .variable("row"), .variable("x"), .variable("tap")
        )
        let source =
            n * Index(request.map.sampleStride) + c * Index(g.input.area) + .variable("start")
            + shape.windowStart(row: row, column: x)
        let word = (tap * Index(g.inputChannels) + c) / Index(request.factors.perWord)
        let target = (row * Index(pixels.columns) + x) * Index(leading) + word
        let copy: [Statement] = [
            .comment("the windows' pixels side by side"),
            .loop(
                "tap", from: 0, to: Index(shape.taps), step: 1,
                [
                    .letIndex(
                        "start",
                        shape.inputPixel(
                            row: .variable("firstPixel") / Index(g.output.width),
                            column: .variable("firstPixel") % Index(g.output.width), tap: tap)),
                    .loop(
                        "c", from: 0, to: Index(g.inputChannels), step: width,
                        [
                            .loop(
                                "row", from: 0, to: Index(pixels.rows), step: 1,
                                [
                                    .loop(
                                        "x", from: 0, to: Index(pixels.columns), step: 1,
                                        [
                                            .store(
                                                .workspace, target,
                                                factor(.load(request.map.buffer, source, width: width)))
                                        ])
                                ])
                        ]),
                ]),
        ]
        let channel = { (vector: Int) in panel * Index(block.columns) + Index(vector * width) }
        let products = block.rows("first", count: pixels.count) { block, first in
            multiply(block, first) { row, vector, value in
                let element =
                    channel(vector) * Index(g.output.area)
                    + (.variable("firstPixel") + first + Index(row)) * Index(width)
                return stored(value, channel: channel(vector), element: element)
            }
        }
        return copy + [panelLoop(products)]
    }

    // MARK: Pixels to windows

    func scattering() -> [Statement] {
        let (c, pixel): (Index, Index) = (.variable("c"), .variable("pixel"))
        let source =
            n * Index(request.map.sampleStride) + c * Index(g.output.area)
            + (.variable("firstPixel") + pixel) * Index(width)
        let copy: [Statement] = [
            .comment("the pixels' channels side by side"),
            .loop(
                "c", from: 0, to: Index(g.outputChannels), step: width,
                [
                    .loop(
                        "pixel", from: 0, to: Index(pixels.count), step: 1,
                        [
                            .store(
                                .workspace, pixel * Index(leading) + c / Index(request.factors.perWord),
                                factor(.load(request.map.buffer, source, width: width)))
                        ])
                ]),
        ]
        let places = (0..<block.vectors).flatMap { number -> [Statement] in
            let vector = panel * Index(block.vectors) + Index(number)
            return [
                .letIndex("channel\(number)", vector / Index(shape.taps) * Index(width)),
                .letIndex("shift\(number)", shape.shift(vector % Index(shape.taps))),
            ]
        }
        let products = block.rows("first", count: pixels.count) { block, first in
            windowStarts(block, first)
                + multiply(block, first) { row, vector, value in
                    let channel = Index.variable("channel\(vector)")
                    let element =
                        channel * Index(g.input.area) + .variable("window\(row)") + .variable("shift\(vector)")
                    return stored(value, channel: channel, element: element)
                }
        }
        return copy + [panelLoop(places + products)]
    }

    /// Binds `window0` … to the first pixels of the windows of a block's rows.
    private func windowStarts(_ block: RegisterBlock, _ first: Index) -> [Statement] {
        let outputWidth = Index(g.output.width)
        return (0..<block.rows).map { row in
            let pixel = .variable("firstPixel") + first + Index(row)
            return .letIndex(
                "window\(row)", shape.windowStart(row: pixel / outputWidth, column: pixel % outputWidth))
        }
    }

    // MARK: Pieces

    private func panelLoop(_ body: [Statement]) -> Statement {
        .loop("panel", from: .variable("firstPanel"), to: .variable("endPanel"), step: 1, body)
    }

    /// Elements as they are multiplied.
    private func factor(_ value: Expression) -> Expression {
        request.factors == .float32 ? value : .packed(value)
    }

    private func multiply(
        _ block: RegisterBlock, _ first: Index, store: (Int, Int, Expression) -> Statement
    ) -> [Statement] {
        let k = Index.variable("k")
        let step = block.accumulate(of: request.factors) { row in
            .load(.workspace, (first + Index(row)) * Index(leading) + k, width: 1)
        } right: { vector in
            .load(
                .panels, (panel * Index(words) + k) * Index(block.columns) + Index(vector * width), width: width)
        }
        return block.clear() + [.loop("k", from: 0, to: Index(words), step: 1, step)] + block.finish(store)
    }

    private func stored(_ value: Expression, channel: Index, element: Index) -> Statement {
        let biased = request.bias.map { value + .load($0.buffer, channel, width: width) } ?? value
        let finished = request.applyEpilogue(biased, sample: n, element: element, width: width)
        return .store(.out, n * Index(request.result.sampleStride) + element, finished)
    }
}
