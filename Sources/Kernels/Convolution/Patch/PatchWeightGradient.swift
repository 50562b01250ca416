import Base
import GraphIR
import KernelIR

/// The weight gradient of a convolution whose windows tile its input: `dW[o, i, tap] = Σ over pixels of
/// dy[pixel, o] · x[window of the pixel, tap, i]`, on blocked maps.
///
/// A task sums a part of the pairs of channels. It copies some pixels' values side by side, and adds their products to
/// sums that stay in cache.
func patchWeightGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    PatchWeightSums(request, g).step()
}

private struct PatchWeightSums {
    let request: KernelRequest
    let shape: PatchShape
    /// Input and output channels of a part.
    let channels: Int
    let outputs: Int
    private let outputParts: Int
    private let block: RegisterBlock
    private let pixels: PixelBlocks
    private let sums: PartialSums
    /// Where the copies of `x` and of `dy` start in the workspace.
    private let windows: Int
    private let gradients: Int

    private let n = Index.variable("n")
    private var g: ConvGeometry { shape.geometry }
    private var width: Int { shape.width }
    /// Vectors of a row of the product: for each block of channels its taps.
    private var vectors: Int { channels / width * shape.taps }
    private var panels: Int { vectors / block.vectors }

    init(_ request: KernelRequest, _ g: ConvGeometry) {
        self.request = request
        let width = request.target.vectorWidth
        shape = PatchShape(g, width: width)
        // A part's sums should leave room in the second-level cache for what is added to them.
        let limit = request.target.l2Bytes / ElementType.float32.bytes / 4 / g.kernel.area
        let outputs = Self.part(of: g.outputChannels, width, limit: limit / width)
        let channels = Self.part(of: g.inputChannels, width, limit: limit / outputs)
        self.outputs = outputs
        self.channels = channels
        outputParts = g.outputChannels / outputs
        block = RegisterBlock(target: request.target, columns: channels * g.kernel.area)
        pixels = PixelBlocks(g.output, wanted: 64)
        sums = PartialSums(
            parts: g.inputChannels / channels * outputParts, size: channels * outputs * g.kernel.area,
            piecesPerSample: pixels.perSample,
            batchCapacity: request.batchCapacity)
        windows = sums.workspace
        gradients = windows + channels * g.kernel.area * pixels.count
    }

    /// The largest divisor of the channels that is a whole number of vectors and at most 64, or what the limit leaves.
    private static func part(of channels: Int, _ width: Int, limit: Int) -> Int {
        stride(from: min(64, channels, limit) / width * width, to: width, by: -width).first { channels % $0 == 0 }
            ?? width
    }

    func step() -> LoweredStep {
        sums.step(
            request, algorithm: "patch product", workspace: gradients + outputs * pixels.count,
            flopsPerSample: g.flopsPerSample
        ) { part in
            [
                .letIndex("c0", part / Index(outputParts) * Index(channels)),
                .letIndex("k0", part % Index(outputParts) * Index(outputs)),
                .loop(
                    "piece", from: .variable("begin"), to: .variable("end"), step: 1,
                    bindings() + [copyWindows(), copyGradients()] + products()),
            ]
        } finish: { part in
            [
                .letIndex("firstChannel", part / Index(outputParts) * Index(channels)),
                .letIndex("firstOutput", part % Index(outputParts) * Index(outputs)),
                scatter(),
            ]
        }
    }

    private func bindings() -> [Statement] {
        let pixel = Index.variable("firstPixel")
        return [
            .letIndex("n", .variable("piece") / Index(pixels.perSample)),
            .letIndex("firstPixel", .variable("piece") % Index(pixels.perSample) * Index(pixels.count)),
            .letIndex(
                "window",
                shape.windowStart(row: pixel / Index(g.output.width), column: pixel % Index(g.output.width))),
        ]
    }

    /// A column of the product, for a vector of the part and a pixel.
    private func windowAt(_ vector: Index, _ pixel: Index) -> Index {
        let columns = Index(block.columns)
        return Index(windows) + (vector / Index(block.vectors) * Index(pixels.count) + pixel) * columns
            + vector % Index(block.vectors) * Index(width)
    }

    private func copyWindows() -> Statement {
        let (c, tap, row, x): (Index, Index, Index, Index) = (
            .variable("c"), .variable("tap"), .variable("row"), .variable("x")
        )
        let source =
            n * Index(request.convolved.sampleStride)
            + (.variable("c0") + c * Index(width)) * Index(g.input.area) + .variable("window") + shape.shift(tap)
            + shape.windowStart(row: row, column: x)
        let target = windowAt(c * Index(shape.taps) + tap, row * Index(pixels.columns) + x)
        return .loop(
            "c", from: 0, to: Index(channels / width), step: 1,
            [
                .loop(
                    "tap", from: 0, to: Index(shape.taps), step: 1,
                    [
                        .loop(
                            "row", from: 0, to: Index(pixels.rows), step: 1,
                            [
                                .loop(
                                    "x", from: 0, to: Index(pixels.columns), step: 1,
                                    [.store(.workspace, target, .load(request.convolved.buffer, source, width: width))])
                            ])
                    ])
            ])
    }

    private func copyGradients() -> Statement {
        let (k, pixel): (Index, Index) = (.variable("k"), .variable("pixel"))
        let source =
            n * Index(request.outputGradient.sampleStride) + (.variable("k0") + k) * Index(g.output.area)
            + (.variable("firstPixel") + pixel) * Index(width)
        return .loop(
            "k", from: 0, to: Index(outputs), step: width,
            [
                .loop(
                    "pixel", from: 0, to: Index(pixels.count), step: 1,
                    [
                        .store(
                            .workspace, Index(gradients) + pixel * Index(outputs) + k,
                            .load(request.outputGradient.buffer, source, width: width))
                    ])
            ])
    }

    /// Adds the pixels' products to the sums, `[panel][output][columns]`.
    private func products() -> [Statement] {
        let (panel, pixel): (Index, Index) = (.variable("panel"), .variable("pixel"))
        let blocks = block.rows("k", count: outputs) { block, k in
            let multiply = Statement.loop(
                "pixel", from: 0, to: Index(pixels.count), step: 1,
                block.accumulate { row in
                    .load(.workspace, Index(gradients) + pixel * Index(outputs) + k + Index(row), width: 1)
                } right: { vector in
                    let columns = Index(block.columns)
                    let row = panel * Index(pixels.count) + pixel
                    return .load(.workspace, Index(windows) + row * columns + Index(vector * width), width: width)
                })
            return block.clear() + [multiply]
                + block.finish { row, vector, value in
                    let index = (panel * Index(outputs) + k + Index(row)) * Index(block.columns) + Index(vector * width)
                    return .store(
                        sums.buffer, sums.at(index), .load(sums.buffer, sums.at(index), width: width) + value)
                }
        }
        return [.loop("panel", from: 0, to: Index(panels), step: 1, blocks)]
    }

    /// Brings a part's sums into the weight's order.
    private func scatter() -> Statement {
        let (k, c, lane, tap): (Index, Index, Index, Index) = (
            .variable("k"), .variable("c"), .variable("lane"), .variable("tap")
        )
        let vector = c * Index(shape.taps) + tap
        let source =
            (vector / Index(block.vectors) * Index(outputs) + k) * Index(block.columns)
            + vector % Index(block.vectors) * Index(width) + lane
        let channel = .variable("firstChannel") + c * Index(width) + lane
        let target =
            ((.variable("firstOutput") + k) * Index(g.inputChannels) + channel) * Index(shape.taps) + tap
        let copy = Statement.store(.out, target, .load(.workspace, source, width: 1))
        return .loop(
            "k", from: 0, to: Index(outputs), step: 1,
            [
                .loop(
                    "c", from: 0, to: Index(channels / width), step: 1,
                    [
                        .loop(
                            "lane", from: 0, to: Index(width), step: 1,
                            [.loop("tap", from: 0, to: Index(shape.taps), step: 1, [copy])])
                    ])
            ])
    }
}
