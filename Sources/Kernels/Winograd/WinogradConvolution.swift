import GraphIR
import KernelIR

/// Winograd's convolution F(tile × tile, 3 × 3) on blocked maps (Lavin and Gray 2016, algorithm 1): transform the input
/// tiles of all channels, multiply for each of the tile's products separately, transform back, then bias and epilogue.
func winogradConvolution(_ request: KernelRequest, _ shape: WinogradShape, flops: Double) -> LoweredStep {
    let main = WinogradKernel(request, shape)
    let weights = winogradWeights(request, shape, panel: main.blocking.block.columns)
    let algorithm = "winograd F(\(shape.tile),3)"
    let operands = request.stageOperands().map { $0 == .input(1) ? StageOperand.scratch : $0 }
    let stage = LoweredStage(
        main.kernel(algorithm), algorithm: algorithm, operands: operands,
        work: Work(request, flopsPerSample: flops + request.epilogueFlops))
    return LoweredStep(stages: [weights, stage], scratch: shape.products * shape.channels * shape.outputs)
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

    private let n = Index.variable("n")
    /// The strip's first tile among those of the task.
    private let slot = Index.variable("slot")

    init(_ request: KernelRequest, _ shape: WinogradShape) {
        self.request = request
        self.shape = shape
        width = request.target.vectorWidth
        blocking = WinogradBlocking(shape, target: request.target, batchCapacity: request.batchCapacity)
        inputPlane = spreadOverCacheSets(blocking.paddedTiles * shape.channels)
        productPlane = spreadOverCacheSets(blocking.paddedTiles * blocking.block.columns)
        products = shape.products * inputPlane
        middle = products + shape.products * productPlane
        strip = middle + shape.products * width
        workspace =
            strip
            + StripTransform.extentOfBuffer(
                points: shape.points, windows: shape.stripTiles, step: shape.tile, window: shape.points, width: width)
    }

    func kernel(_ algorithm: String) -> Kernel {
        var buffers = request.buffers()
        buffers[2] = Buffer(
            name: "panels", access: .read, extent: shape.products * shape.channels * shape.outputs,
            comment: "transformed weights")
        buffers.append(Buffer(name: "workspace", access: .workspace, extent: workspace))
        let panelLoop = Statement.loop(
            "panel", from: .variable("firstPanel"), to: .variable("endPanel"), step: 1,
            productLoops() + eachStrip(outputTransform()))
        return Kernel(
            name: request.functionName, documentation: request.documentation(algorithm), buffers: buffers,
            tasksPerSample: blocking.tasksPerSample, tasksFixed: blocking.shares * blocking.sampleBlocks,
            body: taskBindings() + [.comment("transform the input tiles")] + eachStrip(inputTransform())
                + [.comment("multiply, and transform back"), panelLoop])
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

    /// A loop over the task's strips that binds `slot`, the sample `n`, and the strip's first output row and column.
    private func eachStrip(_ body: [Statement]) -> [Statement] {
        let strip = Index.variable("strip")
        return [
            .loop(
                "strip", from: 0, to: .variable("strips"), step: 1,
                shape.stripBindings(.variable("firstStrip") + strip)
                    + [.letIndex("slot", strip * Index(shape.stripTiles))] + body)
        ]
    }

    // MARK: Transforms

    private func transformedAt(_ product: Index, _ tile: Index, _ channel: Index) -> Index {
        product * Index(inputPlane) + tile * Index(shape.channels) + channel
    }

    private func productAt(_ product: Index, _ tile: Index, _ column: Index) -> Index {
        Index(products) + product * Index(productPlane) + tile * Index(blocking.block.columns) + column
    }

    private func inputTransform() -> [Statement] {
        let transform = StripTransform(
            matrix: shape.matrices.inputTransform, map: "in0", extent: shape.input, step: shape.tile,
            windows: shape.stripTiles, width: width, buffer: strip)
        let c = Index.variable("c")
        let body = transform.statements(
            base: n * Index(request.inputs[0].sampleStride) + c * Index(shape.input.area),
            y: .variable("y") - Index(shape.top), x: .variable("x") - Index(shape.left),
            margin: (shape.top, shape.left)
        ) { window, row, column, value in
            let product = row * Index(shape.points) + Index(column)
            return [.store("workspace", transformedAt(product, slot + window, c), value)]
        }
        return [.loop("c", from: 0, to: Index(shape.channels), step: width, body)]
    }

    /// For each product a small matrix product: tiles by channels times channels by the panel's outputs.
    private func productLoops() -> [Statement] {
        let block = blocking.block
        let (product, first, c): (Index, Index, Index) = (.variable("product"), .variable("first"), .variable("c"))
        let panelRow =
            ((.variable("panel") * Index(shape.products) + product) * Index(shape.channels) + c)
            * Index(block.columns)
        let multiply =
            block.clear()
            + [
                .loop(
                    "c", from: 0, to: Index(shape.channels), step: 1,
                    block.accumulate { row in
                        .load("workspace", transformedAt(product, first + Index(row), c), width: 1)
                    } right: { vector in
                        .load("panels", panelRow + Index(vector * width), width: width)
                    })
            ]
            + block.store("workspace") { row, column in productAt(product, first + Index(row), Index(column)) }
        return [
            .loop(
                "product", from: 0, to: Index(shape.products), step: 1,
                [
                    .loop(
                        "first", from: 0, to: .variable("strips") * Index(shape.stripTiles), step: block.rows, multiply)
                ])
        ]
    }

    private func outputTransform() -> [Statement] {
        let transform = TileTransform(
            matrix: shape.matrices.outputTransform, width: width, buffer: "workspace", middle: middle)
        let (q, y, window): (Index, Index, Index) = (.variable("q"), .variable("y"), .variable("window"))
        let channel = .variable("panel") * Index(blocking.block.columns) + q * Index(width)
        let left = Index.variable("left")
        let body = transform.statements { row, column in
            let product = row * Index(shape.points) + column
            return .load("workspace", productAt(product, slot + window, q * Index(width)), width: width)
        } store: { row, column, value in
            let element =
                channel * Index(shape.output.area)
                + ((y + row) * Index(shape.output.width) + (left + Index(column))) * Index(width)
            let biased = request.inputs.count == 3 ? value + .variable("bias", width: width) : value
            let finished = request.applyEpilogue(biased, sample: n, element: element, width: width)
            let store = Statement.store("out", n * Index(request.result.sampleStride) + element, finished)
            return guarded(row: y + row, column: left + Index(column), store)
        }
        let bias: [Statement] =
            request.inputs.count == 3 ? [.declare("bias", width: width, .load("in2", channel, width: width))] : []
        let tiles = Statement.loop(
            "window", from: 0, to: Index(shape.stripTiles), step: 1,
            [.letIndex("left", .variable("x") + window * Index(shape.tile))] + body)
        return [.loop("q", from: 0, to: Index(blocking.block.vectors), step: 1, bias + [tiles])]
    }

    /// The store, where the last tiles may reach over the edge only if the position lies inside.
    private func guarded(row: Index, column: Index, _ store: Statement) -> [Statement] {
        var tests: [Condition] = []
        if shape.output.height % shape.tile != 0 { tests.append(.less(row, Index(shape.output.height))) }
        if shape.output.width % (shape.tile * shape.stripTiles) != 0 {
            tests.append(.less(column, Index(shape.output.width)))
        }
        guard let first = tests.first else { return [store] }
        return [.conditional(tests.dropFirst().reduce(first) { .and($0, $1) }, [store], otherwise: [])]
    }
}
