import GraphIR
import KernelIR

/// Winograd's convolution F(tile × tile, 3 × 3) on blocked maps (Lavin and Gray 2016, algorithm 1): transform the input
/// tiles of all channels, multiply for each of the tile's products separately, transform back, then bias and epilogue.
///
/// The weights of a deep layer are transformed as they are needed where that is cheaper than a trip through memory.
func winogradConvolution(_ request: KernelRequest, _ shape: WinogradShape, flops: Double) -> LoweredStep {
    if StreamedWinograd.pays(request, shape) { return StreamedWinograd(request, shape).lowered(flops: flops) }
    let main = WinogradKernel(request, shape)
    let weights = winogradWeights(request, shape, panel: main.blocking.block.columns)
    let algorithm = "winograd F(\(shape.tile),3)"
    var stage = main.kernel(algorithm)
    stage.work = Work(request, flopsPerSample: flops + request.epilogueFlops)
    return LoweredStep(stages: [weights, stage], prepared: shape.products * main.words * shape.outputs)
}

/// The kernel that does everything but the transform of the weights.
private struct WinogradKernel {
    let request: KernelRequest
    let shape: WinogradShape
    let blocking: WinogradBlocking
    let width: Int
    /// Parts of the workspace, in floats: transformed inputs, products, a half-transformed tile, a half-transformed strip.
    private let products: Int
    private let inputPlane: Int
    private let productPlane: Int
    private let middle: Int
    private let strip: Int
    private let workspace: Int

    /// Words of a position's channels, as they are multiplied.
    var words: Int { maps.words }
    private var maps: WinogradMaps { WinogradMaps(request: request, shape: shape) }

    init(_ request: KernelRequest, _ shape: WinogradShape) {
        self.request = request
        self.shape = shape
        width = request.target.vectorWidth
        blocking = WinogradBlocking(request, shape)
        let words = shape.channels / request.factors.perWord
        inputPlane = spreadOverCacheSets(blocking.paddedTiles * words)
        productPlane = spreadOverCacheSets(blocking.paddedTiles * blocking.block.columns)
        products = shape.products * inputPlane
        middle = products + shape.products * productPlane
        let maps = WinogradMaps(request: request, shape: shape)
        strip = middle + maps.middleExtent
        workspace = strip + shape.stripExtent(width)
    }

    func kernel(_ algorithm: String) -> LoweredStage {
        let buffers = StageBuffers(
            request, prepared: shape.products * words * shape.outputs, comment: "transformed weights",
            workspace: workspace)
        let panelLoop = Statement.loop(
            "panel", from: .variable("firstPanel"), to: .variable("endPanel"), step: 1,
            productLoops()
                + eachStrip(
                    maps.outputTransform(
                        buffer: middle, from: .variable("panel") * Index(blocking.block.columns),
                        outputs: blocking.block.columns, at: productAt)))
        return request.kernel(
            algorithm, buffers, tasksPerSample: blocking.tasksPerSample,
            tasksFixed: blocking.shares * blocking.sampleBlocks,
            body: taskBindings() + [.comment("transform the input tiles")]
                + eachStrip(
                    maps.inputTransform(
                        buffer: strip, from: 0, count: shape.channels, into: .workspace, at: transformedAt))
                + [.comment("multiply, and transform back"), panelLoop])
    }

    private func eachStrip(_ body: [Statement]) -> [Statement] {
        shape.eachStrip(from: .variable("firstStrip"), count: .variable("strips"), body)
    }

    // MARK: Tasks and tiles

    /// Binds `firstStrip` and `strips`, the strips of this task, and its range of panels.
    private func taskBindings() -> [Statement] {
        let perSample = Index(shape.stripsPerSample)
        let first = Index.variable("firstPanel")
        if blocking.tasksPerSample > 0 {
            let inSample = Index.variable("firstInSample")
            return [
                .letIndex("firstInSample", .task % Index(blocking.tasksPerSample) * Index(blocking.strips)),
                .letIndex("firstStrip", .task / Index(blocking.tasksPerSample) * perSample + inSample),
                .letIndex("strips", .minimum(Index(blocking.strips), perSample - inSample)),
                .letIndex("firstPanel", 0),
                .letIndex("endPanel", Index(blocking.panels)),
            ]
        }
        let firstSample = Index.variable("firstSample")
        return [
            .letIndex("firstSample", .task % Index(blocking.sampleBlocks) * Index(blocking.samples)),
            .letIndex("firstStrip", firstSample * perSample),
            .letIndex(
                "strips", .maximum(0, .minimum(Index(blocking.samples), .batch - firstSample)) * perSample),
            .letIndex("firstPanel", .task / Index(blocking.sampleBlocks) * Index(blocking.panelsPerShare)),
            .letIndex("endPanel", .minimum(first + Index(blocking.panelsPerShare), Index(blocking.panels))),
        ]
    }

    // MARK: Products

    private func transformedAt(_ product: Index, _ tile: Index, _ word: Index) -> Index {
        product * Index(inputPlane) + tile * Index(words) + word
    }

    private func productAt(_ product: Index, _ tile: Index, _ column: Index) -> Index {
        Index(products) + product * Index(productPlane) + tile * Index(blocking.block.columns) + column
    }

    /// For each product a small matrix product: tiles by channels times channels by the panel's outputs.
    private func productLoops() -> [Statement] {
        let block = blocking.block
        let (product, first, c): (Index, Index, Index) = (.variable("product"), .variable("first"), .variable("c"))
        let panelRow =
            ((.variable("panel") * Index(shape.products) + product) * Index(words) + c)
            * Index(block.columns)
        let multiply =
            block.clear()
            + [
                .loop(
                    "c", from: 0, to: Index(words), step: 1,
                    block.accumulate(of: request.factors) { row in
                        .load(.workspace, transformedAt(product, first + Index(row), c), width: 1)
                    } right: { vector in
                        .load(.panels, panelRow + Index(vector * width), width: width)
                    })
            ]
            + block.store(.workspace) { row, column in productAt(product, first + Index(row), Index(column)) }
        return [
            .loop(
                "product", from: 0, to: Index(shape.products), step: 1,
                [
                    .loop(
                        "first", from: 0, to: .variable("strips") * Index(shape.stripTiles), step: block.rows, multiply)
                ])
        ]
    }
}
