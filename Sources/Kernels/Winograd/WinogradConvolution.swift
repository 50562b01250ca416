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
    /// Parts of the workspace, in floats: transformed inputs, products, a half-transformed tile, a tile at the edge.
    private let products: Int
    private let middle: Int
    private let patch: Int
    private let workspace: Int

    private let n = Index.variable("n")
    private let tile = Index.variable("tile")

    init(_ request: KernelRequest, _ shape: WinogradShape) {
        self.request = request
        self.shape = shape
        width = request.target.vectorWidth
        blocking = WinogradBlocking(shape, target: request.target, batchCapacity: request.batchCapacity)
        products = shape.products * blocking.paddedTiles * shape.channels
        middle = products + shape.products * blocking.paddedTiles * blocking.block.columns
        patch = middle + shape.products * width
        workspace = patch + shape.products * width
    }

    func kernel(_ algorithm: String) -> Kernel {
        var buffers = request.buffers()
        buffers[2] = Buffer(
            name: "panels", access: .read, extent: shape.products * shape.channels * shape.outputs,
            comment: "transformed weights")
        buffers.append(Buffer(name: "workspace", access: .workspace, extent: workspace))
        let panelLoop = Statement.loop(
            "panel", from: .variable("firstPanel"), to: .variable("endPanel"), step: 1,
            productLoops() + eachTile(outputTransform()))
        return Kernel(
            name: request.functionName, documentation: request.documentation(algorithm), buffers: buffers,
            tasksPerSample: blocking.tasksPerSample, tasksFixed: blocking.shares * blocking.sampleBlocks,
            body: taskBindings() + [.comment("transform the input tiles")] + eachTile(inputTransform())
                + [.comment("multiply, and transform back"), panelLoop])
    }

    // MARK: Tasks and tiles

    /// Binds `firstSample`, `firstTile` and `tiles`, the number of tiles of this task, and its range of panels.
    private func taskBindings() -> [Statement] {
        let perSample = shape.tilesPerSample
        if blocking.tasksPerSample > 0 {
            return [
                .letIndex("firstSample", .task / Index(blocking.tasksPerSample)),
                .letIndex("firstTile", .task % Index(blocking.tasksPerSample) * Index(blocking.tiles)),
                .letIndex("tiles", .minimum(Index(blocking.tiles), Index(perSample) - .variable("firstTile"))),
                .letIndex("firstPanel", 0),
                .letIndex("endPanel", Index(blocking.panels)),
            ]
        }
        let first = Index.variable("firstPanel")
        return [
            .letIndex("firstSample", .task % Index(blocking.sampleBlocks) * Index(blocking.samples)),
            .letIndex("firstTile", 0),
            .letIndex(
                "tiles",
                .maximum(0, .minimum(Index(blocking.samples), .batch - .variable("firstSample"))) * Index(perSample)),
            .letIndex("firstPanel", .task / Index(blocking.sampleBlocks) * Index(blocking.panelsPerShare)),
            .letIndex("endPanel", .minimum(first + Index(blocking.panelsPerShare), Index(blocking.panels))),
        ]
    }

    /// A loop over the task's tiles that binds `tile`, the sample `n`, and the tile's first output row and column.
    private func eachTile(_ body: [Statement]) -> [Statement] {
        let inSample = Index.variable("inSample")
        let bindings: [Statement] =
            blocking.tasksPerSample > 0
            ? [.letIndex("n", .variable("firstSample")), .letIndex("inSample", .variable("firstTile") + tile)]
            : [
                .letIndex("n", .variable("firstSample") + tile / Index(shape.tilesPerSample)),
                .letIndex("inSample", tile % Index(shape.tilesPerSample)),
            ]
        return [
            .loop(
                "tile", from: 0, to: .variable("tiles"), step: 1,
                bindings + [
                    .letIndex("y", inSample / Index(shape.tileColumns) * Index(shape.tile)),
                    .letIndex("x", inSample % Index(shape.tileColumns) * Index(shape.tile)),
                ] + body)
        ]
    }

    // MARK: Transforms

    private func transformedAt(_ product: Index, _ tile: Index, _ channel: Index) -> Index {
        (product * Index(blocking.paddedTiles) + tile) * Index(shape.channels) + channel
    }

    private func productAt(_ product: Index, _ tile: Index, _ column: Index) -> Index {
        Index(products) + (product * Index(blocking.paddedTiles) + tile) * Index(blocking.block.columns) + column
    }

    private func inputTransform() -> [Statement] {
        let reader = TileReader(
            map: "in0", extent: shape.input, size: shape.points, width: width, patch: patch, workspace: "workspace")
        let transform = TileTransform(
            matrix: shape.matrices.inputTransform, width: width, buffer: "workspace", middle: middle)
        let c = Index.variable("c")
        let base = n * Index(request.inputs[0].sampleStride) + c * Index(shape.input.area)
        let body = reader.read(
            base: base, y: .variable("y") - Index(shape.top), x: .variable("x") - Index(shape.left)
        ) { load in
            transform.statements(load: load) { row, column, value in
                let product = row * Index(shape.points) + Index(column)
                return [.store("workspace", transformedAt(product, tile, c), value)]
            }
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
                [.loop("first", from: 0, to: .variable("tiles"), step: block.rows, multiply)])
        ]
    }

    private func outputTransform() -> [Statement] {
        let transform = TileTransform(
            matrix: shape.matrices.outputTransform, width: width, buffer: "workspace", middle: middle)
        let (q, y, x): (Index, Index, Index) = (.variable("q"), .variable("y"), .variable("x"))
        let channel = .variable("panel") * Index(blocking.block.columns) + q * Index(width)
        let body = transform.statements { row, column in
            let product = row * Index(shape.points) + column
            return .load("workspace", productAt(product, tile, q * Index(width)), width: width)
        } store: { row, column, value in
            let element =
                channel * Index(shape.output.area)
                + ((y + row) * Index(shape.output.width) + (x + Index(column))) * Index(width)
            let biased = request.inputs.count == 3 ? value + .variable("bias", width: width) : value
            let finished = request.applyEpilogue(biased, sample: n, element: element, width: width)
            let store = Statement.store("out", n * Index(request.result.sampleStride) + element, finished)
            return guarded(row: y + row, column: x + Index(column), store)
        }
        let bias: [Statement] =
            request.inputs.count == 3 ? [.declare("bias", width: width, .load("in2", channel, width: width))] : []
        return [.loop("q", from: 0, to: Index(blocking.block.vectors), step: 1, bias + body)]
    }

    /// The store, where the last tiles may reach over the edge only if the position lies inside.
    private func guarded(row: Index, column: Index, _ store: Statement) -> [Statement] {
        var tests: [Condition] = []
        if shape.output.height % shape.tile != 0 { tests.append(.less(row, Index(shape.output.height))) }
        if shape.output.width % shape.tile != 0 { tests.append(.less(column, Index(shape.output.width))) }
        guard let first = tests.first else { return [store] }
        return [.conditional(tests.dropFirst().reduce(first) { .and($0, $1) }, [store], otherwise: [])]
    }
}
