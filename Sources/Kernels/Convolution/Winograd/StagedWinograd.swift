import Base
import GraphIR
import KernelIR

extension Buffer.Handle {
    /// Transformed inputs, in the step's scratch memory.
    fileprivate static let inputs = Buffer.Handle("inputs")
}

/// Winograd's convolution for layers of many channels and few tiles, in which tasks that transform their own input would
/// do so too often, or be too few.
///
/// The input's transforms are made once for all and kept. A task multiplies a panel of outputs for a group of tiles. Where
/// the transformed weights (four times the weights for 4 × 4 tiles) fit into no cache, it transforms the panel's weights a
/// few channels at a time, multiplies them while they are in the second-level cache, and forgets them; elsewhere they are
/// prepared.
struct StagedWinograd {
    let request: KernelRequest
    let shape: WinogradShape
    let blocking: StagedBlocking
    let width: Int
    /// Of the transformed inputs: words of channels that are multiplied at a time, the distance between the planes of two
    /// products, and that between two of these chunks.
    private let chunkWords: Int
    private let inputPlane: Int
    private let inputChunk: Int
    private let productPlane: Int
    /// Parts of the second kernel's workspace, in floats: transformed weights, products, a half-transformed tile, and
    /// what the transform of the weights needs.
    private let weightPlane: Int
    private let products: Int
    private let middle: Int
    private let weights: WeightTransform

    private var block: RegisterBlock { blocking.block }
    private var isStreamed: Bool { blocking.isStreamed }
    private var maps: WinogradMaps { WinogradMaps(request: request, shape: shape) }
    private var groupExtent: Int { shape.words / chunkWords * inputChunk }
    private var panelExtent: Int { shape.products * shape.words * shape.outputs }

    init(_ request: KernelRequest, _ shape: WinogradShape, _ blocking: StagedBlocking) {
        self.request = request
        self.shape = shape
        self.blocking = blocking
        width = request.target.vectorWidth
        let block = blocking.block
        chunkWords = blocking.channels / shape.factors.perWord
        inputPlane = spreadOverCacheSets(blocking.paddedTiles * chunkWords)
        inputChunk = shape.products * inputPlane
        productPlane = spreadOverCacheSets(blocking.paddedTiles * block.columns)
        weightPlane =
            blocking.isStreamed ? spreadOverCacheSets(chunkWords * block.columns) : 0
        products = shape.products * weightPlane
        middle = products + shape.products * productPlane
        weights = WeightTransform(
            shape: shape, panel: block.columns, width: width, weight: request.weight.buffer,
            buffer: middle + shape.products * width)
    }

    // MARK: Stages

    func lowered(flops: Double) -> LoweredStep {
        var second = main("winograd F(\(shape.tile),3) \(isStreamed ? "streamed" : "staged")")
        second.work = Work(request, flopsPerSample: flops + request.epilogueFlops)
        let preparation = isStreamed ? [] : [winogradWeights(request, shape, panel: block.columns)]
        return LoweredStep(
            stages: preparation + [inputs(), second], scratch: blocking.groups * groupExtent,
            prepared: isStreamed ? 0 : panelExtent)
    }

    /// Floats of the scratch memory: `[group][chunk][product][tile][channel]`, of bf16 in words of two channels. A chunk is
    /// what is multiplied at a time, so that tasks read one stretch of memory after the other.
    private func transformedAt(_ group: Index, chunk: Index, _ product: Index, _ tile: Index, _ word: Index) -> Index {
        group * Index(groupExtent) + chunk * Index(inputChunk) + product * Index(inputPlane) + tile * Index(chunkWords)
            + word
    }

    /// Transforms all inputs; a task is a few channels of one sample.
    private func inputs() -> LoweredStage {
        let vectors = shape.channels / width
        let perTask =
            [4, 2].first {
                vectors % $0 == 0 && vectors / $0 * request.batchCapacity >= TaskCuts.wanted
            } ?? 1
        let share = width * perTask
        let shares = shape.channels / share
        let strip = .variable("sample") * Index(shape.stripsPerSample) + .variable("strip")
        let inGroup = strip % Index(blocking.strips) * Index(shape.stripTiles)
        let body = shape.eachStrip(
            from: .variable("sample") * Index(shape.stripsPerSample), count: Index(shape.stripsPerSample),
            [
                .letIndex("group", strip / Index(blocking.strips)),
                .letIndex("shift", inGroup - .variable("slot")),
            ]
                + maps.inputTransform(
                    buffer: 0, from: .variable("first"), count: share, into: .inputs
                ) { product, tile, word in
                    transformedAt(
                        .variable("group"), chunk: word / Index(chunkWords), product, .variable("shift") + tile,
                        word % Index(chunkWords))
                })
        var buffers = StageBuffers()
        buffers.add(Buffer(.inputs, access: .write, extent: blocking.groups * groupExtent), .scratch)
        buffers.add(request.buffer(request.map, access: .read), .input(0))
        buffers.add(workspace: shape.stripExtent(width))
        return LoweredStage(
            name: request.functionName + "_inputs",
            documentation: ["\(request.node.name): transformed inputs \(request.map.type), F(\(shape.tile), 3)"],
            buffers, algorithm: "winograd inputs", tasksPerSample: shares,
            body: [
                .letIndex("sample", .task / Index(shares)), .letIndex("first", .task % Index(shares) * Index(share)),
            ] + body)
    }

    /// Multiplies and transforms back; a task is a panel of outputs of one group of strips.
    private func main(_ algorithm: String) -> LoweredStage {
        var buffers = StageBuffers(request)
        let inputs = Buffer(
            .inputs, access: .read, extent: blocking.groups * groupExtent, comment: "transformed inputs")
        buffers.replace(.input(0), by: inputs, .scratch)
        if !isStreamed {
            let panels = Buffer(.panels, access: .read, extent: panelExtent, comment: "transformed weights")
            buffers.replace(.input(1), by: panels, .prepared)
        }
        buffers.add(workspace: middle + maps.middleExtent + (isStreamed ? weights.extent : 0))
        let (firstStrip, panel, strips): (Index, Index, Index) = (
            .variable("firstStrip"), .variable("panel"), .variable("strips")
        )
        let firstOutput = panel * Index(block.columns)
        let back = shape.eachStrip(
            from: firstStrip, count: strips,
            maps.outputTransform(buffer: middle, from: firstOutput, outputs: block.columns, at: productAt))
        let multiply = isStreamed ? streamedProducts(firstOutput) : [multiply()]
        return request.kernel(
            algorithm, buffers, tasksFixed: blocking.panels * blocking.groups,
            body: [
                .letIndex("panel", .task / Index(blocking.groups)), .letIndex("group", .task % Index(blocking.groups)),
                .letIndex("firstStrip", .variable("group") * Index(blocking.strips)),
                .letIndex(
                    "strips",
                    .maximum(
                        0, .minimum(Index(blocking.strips), .batch * Index(shape.stripsPerSample) - firstStrip))),
                .conditional(.less(0, strips), multiply + back, otherwise: []),
            ])
    }

    private func streamedProducts(_ firstOutput: Index) -> [Statement] {
        let clear = vectorLoop("i", count: Index(shape.products * productPlane), width: width) {
            [.store(.workspace, Index(products) + $0, splat(0, $1))]
        }
        return clear + [
            .loop(
                "chunk", from: 0, to: Index(shape.channels), step: blocking.channels,
                transformWeights(firstOutput) + [multiply()])
        ]
    }

    private func productAt(_ product: Index, _ tile: Index, _ column: Index) -> Index {
        Index(products) + product * Index(productPlane) + tile * Index(block.columns) + column
    }

    private func transformWeights(_ firstOutput: Index) -> [Statement] {
        let offset = Index.variable("offset")
        let body = weights.statements(
            firstOutput: firstOutput, firstChannel: .variable("chunk") + offset
        ) { product, c, column, value in
            let word = (offset + c) / Index(shape.factors.perWord)
            let row = product * Index(weightPlane) + word * Index(block.columns)
            return .store(.workspace, row + column, value)
        }
        return [.loop("offset", from: 0, to: Index(blocking.channels), step: width, body)]
    }

    /// Multiplies all channels, or adds the products of the chunk's.
    private func multiply() -> Statement {
        let (product, first, c): (Index, Index, Index) = (.variable("product"), .variable("first"), .variable("c"))
        let at = { (row: Int, column: Int) in productAt(product, first + Index(row), Index(column)) }
        let chunk = isStreamed ? .variable("chunk") / Index(blocking.channels) : Index(0)
        let accumulate = Statement.loop(
            "c", from: 0, to: Index(chunkWords), step: 1,
            block.accumulate(of: shape.factors) { row in
                .load(
                    .inputs, transformedAt(.variable("group"), chunk: chunk, product, first + Index(row), c), width: 1)
            } right: { vector in
                guard !isStreamed else {
                    let place = product * Index(weightPlane) + c * Index(block.columns) + Index(vector * width)
                    return .load(.workspace, place, width: width)
                }
                let row = (.variable("panel") * Index(shape.products) + product) * Index(shape.words) + c
                return .load(.panels, row * Index(block.columns) + Index(vector * width), width: width)
            })
        return .loop(
            "product", from: 0, to: Index(shape.products), step: 1,
            [
                .loop(
                    "first", from: 0, to: .variable("strips") * Index(shape.stripTiles), step: block.rows,
                    (isFar ? [prefetch(product, tile: first, chunk: chunk)] : [])
                        + (isStreamed ? block.load(.workspace, at) : block.clear()) + [accumulate]
                        + block.store(.workspace, at))
            ])
    }

    /// Whether a group's inputs do not stay in the second-level cache, beside the products.
    private var isFar: Bool { ElementType.float32.bytes * groupExtent > request.target.l2Bytes / 4 }

    /// Asks for the next product's tiles: each task reads all of its group's inputs, from the third-level cache, where they
    /// would come slower than they can be multiplied. Behind a chunk's last product comes the next chunk; the very last one is asked for again.
    private func prefetch(_ product: Index, tile: Index, chunk: Index) -> Statement {
        let next = transformedAt(.variable("group"), chunk: chunk, product + 1, tile, 0)
        let floats = block.rows * chunkWords
        let last = Index(blocking.groups * groupExtent - floats)
        return Prefetch.statement(.inputs, at: .minimum(next, last), floats: floats)
    }
}
