import GraphIR
import KernelIR

/// Winograd's convolution F(tile × tile, 3 × 3) on blocked maps (Lavin and Gray 2016, algorithm 1): transform the input
/// tiles of all channels, multiply for each of the tile's products separately, transform back, then bias and epilogue.
///
/// In deep layers the input's transform is a stage of its own where that is cheaper (`StagedWinograd`).
func winogradConvolution(_ request: KernelRequest, _ shape: WinogradShape, flops: Double) -> LoweredStep {
    var shape = shape
    shape.factors = request.factors
    let cuts = WinogradCut.all(request, shape)
    guard let cheapest = cuts.min(by: { $0.effort < $1.effort }) else { fatalError("a convolution without tiles") }
    return cheapest.lowered(request, shape, flops: flops)
}

/// One of the ways to cut such a convolution into stages and tasks. All give the same bits.
enum WinogradCut {
    /// Tasks transform their own input.
    case own(WinogradBlocking)
    case staged(StagedBlocking)

    /// All that are worth a thought.
    static func all(_ request: KernelRequest, _ shape: WinogradShape) -> [WinogradCut] {
        let (target, batch, isInference) = (request.target, request.batchCapacity, request.isInference)
        let own = WinogradBlocking.cuts(shape, target: target, batchCapacity: batch, isInference: isInference)
        let staged = [true, false].flatMap {
            StagedBlocking.cuts(
                shape, target: target, batchCapacity: batch, isStreamed: $0, isInference: isInference)
        }
        return own.map { .own($0) } + staged.map { .staged($0) }
    }

    var effort: Double {
        switch self {
        case .own(let blocking): blocking.effort
        case .staged(let blocking): blocking.effort
        }
    }

    func lowered(_ request: KernelRequest, _ shape: WinogradShape, flops: Double) -> LoweredStep {
        switch self {
        case .staged(let blocking): return StagedWinograd(request, shape, blocking).lowered(flops: flops)
        case .own(let blocking):
            let weights = winogradWeights(request, shape, panel: blocking.block.columns)
            var stage = WinogradKernel(request, shape, blocking).kernel("winograd F(\(shape.tile),3)")
            stage.work = Work(request, flopsPerSample: flops + request.epilogueFlops)
            return LoweredStep(
                stages: [weights, stage], prepared: shape.products * shape.words * shape.outputs)
        }
    }
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

    private var maps: WinogradMaps { WinogradMaps(request: request, shape: shape) }

    init(_ request: KernelRequest, _ shape: WinogradShape, _ blocking: WinogradBlocking) {
        self.request = request
        self.shape = shape
        self.blocking = blocking
        width = request.target.vectorWidth
        inputPlane = spreadOverCacheSets(blocking.paddedTiles * shape.words)
        productPlane = spreadOverCacheSets(blocking.paddedTiles * blocking.block.columns)
        products = shape.products * inputPlane
        middle = products + shape.products * productPlane
        let maps = WinogradMaps(request: request, shape: shape)
        strip = middle + maps.middleExtent
        workspace = strip + shape.stripExtent(width)
    }

    func kernel(_ algorithm: String) -> LoweredStage {
        let buffers = StageBuffers(
            request, prepared: shape.products * shape.words * shape.outputs, comment: "transformed weights",
            workspace: workspace)
        let panelLoop = Statement.loop(
            "panel", from: .variable("firstPanel"), to: .variable("endPanel"), step: 1,
            productLoops()
                + eachStrip(
                    maps.outputTransform(
                        buffer: middle, from: .variable("panel") * Index(blocking.block.columns),
                        outputs: blocking.block.columns, at: productAt)))
        return request.kernel(
            algorithm, buffers, tasksPerSample: blocking.blocksPerSample * blocking.shares,
            tasksFixed: blocking.sampleBlocks * blocking.shares,
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
        let endPanel = Statement.letIndex(
            "endPanel", .minimum(first + Index(blocking.panelsPerShare), Index(blocking.panels)))
        if blocking.blocksPerSample > 0 {
            let (block, inSample) = (Index.variable("block"), Index.variable("firstInSample"))
            return [
                .letIndex("block", .task / Index(blocking.shares)),
                .letIndex("firstInSample", block % Index(blocking.blocksPerSample) * Index(blocking.strips)),
                .letIndex("firstStrip", block / Index(blocking.blocksPerSample) * perSample + inSample),
                .letIndex("strips", .minimum(Index(blocking.strips), perSample - inSample)),
                .letIndex("firstPanel", .task % Index(blocking.shares) * Index(blocking.panelsPerShare)),
                endPanel,
            ]
        }
        let firstSample = Index.variable("firstSample")
        return [
            .letIndex("firstSample", .task % Index(blocking.sampleBlocks) * Index(blocking.samples)),
            .letIndex("firstStrip", firstSample * perSample),
            .letIndex(
                "strips", .maximum(0, .minimum(Index(blocking.samples), .batch - firstSample)) * perSample),
            .letIndex("firstPanel", .task / Index(blocking.sampleBlocks) * Index(blocking.panelsPerShare)),
            endPanel,
        ]
    }

    // MARK: Products

    private func transformedAt(_ product: Index, _ tile: Index, _ word: Index) -> Index {
        product * Index(inputPlane) + tile * Index(shape.words) + word
    }

    private func productAt(_ product: Index, _ tile: Index, _ column: Index) -> Index {
        Index(products) + product * Index(productPlane) + tile * Index(blocking.block.columns) + column
    }

    /// For each product a small matrix product: tiles by channels times channels by the panel's outputs.
    private func productLoops() -> [Statement] {
        let block = blocking.block
        let (product, first, c): (Index, Index, Index) = (.variable("product"), .variable("first"), .variable("c"))
        let panelRow =
            ((.variable("panel") * Index(shape.products) + product) * Index(shape.words) + c)
            * Index(block.columns)
        let multiply =
            block.clear()
            + [
                .loop(
                    "c", from: 0, to: Index(shape.words), step: 1,
                    block.accumulate(of: shape.factors) { row in
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
