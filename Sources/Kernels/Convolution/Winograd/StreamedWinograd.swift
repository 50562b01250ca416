import Base
import GraphIR
import KernelIR

extension Buffer.Handle {
    /// Transformed inputs, in the step's scratch memory.
    fileprivate static let inputs = Buffer.Handle("inputs")
}

/// Winograd's convolution for layers of many channels and few tiles, whose transformed weights (four times the weights
/// for 4 × 4 tiles) fit into no cache.
///
/// The input's transforms are made once for all and kept; then each panel of outputs transforms its weights a few
/// channels at a time, multiplies them while they are in the second-level cache, and forgets them.
struct StreamedWinograd {
    let request: KernelRequest
    let shape: WinogradShape
    let width: Int
    private let block: RegisterBlock
    /// Samples of a group, their tiles, and that number rounded up to whole register blocks.
    private let samples: Int
    private let tiles: Int
    private let paddedTiles: Int
    /// Channels whose weights are transformed at a time.
    private let channels: Int
    private let inputPlane: Int
    private let productPlane: Int
    /// Parts of the second kernel's workspace, in floats: transformed weights, products, a half-transformed tile, and
    /// what the transform of the weights needs.
    private let weightPlane: Int
    private let products: Int
    private let middle: Int
    private let weights: WeightTransform

    private var words: Int { maps.words }
    private var maps: WinogradMaps { WinogradMaps(request: request, shape: shape) }
    private var groups: Int { ceilingDivide(request.batchCapacity, samples) }
    private var groupExtent: Int { shape.products * inputPlane }

    init(_ request: KernelRequest, _ shape: WinogradShape) {
        self.request = request
        self.shape = shape
        width = request.target.vectorWidth
        samples = Self.samplesPerGroup(request, shape)
        tiles = samples * shape.stripsPerSample * shape.stripTiles
        block = RegisterBlock(target: request.target, columns: shape.outputs).fitted(to: tiles)
        paddedTiles = ceilingDivide(tiles, block.rows) * block.rows
        channels = Self.channels(request, shape, block, paddedTiles)
        let factors = request.factors
        inputPlane = spreadOverCacheSets(paddedTiles * shape.channels / factors.perWord)
        productPlane = spreadOverCacheSets(paddedTiles * block.columns)
        weightPlane = spreadOverCacheSets(channels / factors.perWord * block.columns)
        products = shape.products * weightPlane
        middle = products + shape.products * productPlane
        weights = WeightTransform(
            shape: shape, panel: block.columns, width: width, weight: request.weight.buffer,
            buffer: middle + shape.products * width, factors: factors)
    }

    // MARK: Sizes

    /// Whether weights are better transformed anew for each group of samples than once, through memory: when the
    /// transformed ones fit into no cache, a sample's products do, and no more than a few groups do it.
    static func pays(_ request: KernelRequest, _ shape: WinogradShape) -> Bool {
        let weights = request.factors.bytes * shape.products * shape.channels * shape.outputs
        let fitting = fittingSamples(request.target, shape)
        return weights > 4 * request.target.l2Bytes && fitting > 0
            && ceilingDivide(request.batchCapacity, fitting) <= 2
    }

    private static func samplesPerGroup(_ request: KernelRequest, _ shape: WinogradShape) -> Int {
        max(1, min(request.batchCapacity, fittingSamples(request.target, shape)))
    }

    /// As many samples as leave the products of a panel a good half of the second-level cache.
    private static func fittingSamples(_ target: Target, _ shape: WinogradShape) -> Int {
        let block = RegisterBlock(target: target, columns: shape.outputs)
        let perSample =
            ElementType.float32.bytes * shape.products * shape.stripsPerSample * shape.stripTiles * block.columns
        return target.l2Bytes * 5 / 8 / perSample
    }

    /// As many channels as leave room for the products: a divisor of all, a multiple of the vector width.
    private static func channels(
        _ request: KernelRequest, _ shape: WinogradShape, _ block: RegisterBlock, _ tiles: Int
    ) -> Int {
        let (target, width) = (request.target, request.target.vectorWidth)
        let room = target.l2Bytes * 7 / 8 - ElementType.float32.bytes * shape.products * tiles * block.columns
        let fitting = max(width, room / (request.factors.bytes * shape.products * block.columns))
        return stride(from: min(64, fitting) / width * width, to: width, by: -width)
            .first { shape.channels % $0 == 0 } ?? width
    }

    // MARK: Stages

    func lowered(flops: Double) -> LoweredStep {
        let algorithm = "winograd F(\(shape.tile),3) streamed"
        var second = main(algorithm)
        second.work = Work(request, flopsPerSample: flops + request.epilogueFlops)
        return LoweredStep(stages: [inputs(), second], scratch: groups * groupExtent)
    }

    /// Floats of the scratch memory: `[group][product][tile][channel]`, of bf16 in words of two channels.
    private func transformedAt(_ group: Index, _ product: Index, _ tile: Index, _ word: Index) -> Index {
        group * Index(groupExtent) + product * Index(inputPlane) + tile * Index(words) + word
    }

    /// Transforms all inputs; a task is a few channels of one sample.
    private func inputs() -> LoweredStage {
        let vectors = shape.channels / width
        let share = width * ([4, 2].first { vectors % $0 == 0 } ?? 1)
        let shares = shape.channels / share
        let (sample, group): (Index, Index) = (.variable("sample"), .variable("group"))
        let inGroup = sample % Index(samples) * Index(tiles / samples)
        let body = shape.eachStrip(
            from: sample * Index(shape.stripsPerSample), count: Index(shape.stripsPerSample),
            maps.inputTransform(
                buffer: 0, from: .variable("first"), count: share, into: .inputs
            ) { product, tile, word in transformedAt(group, product, inGroup + tile, word) })
        var buffers = StageBuffers()
        buffers.add(Buffer(.inputs, access: .write, extent: groups * groupExtent), .scratch)
        buffers.add(request.buffer(request.map, access: .read), .input(0))
        buffers.add(workspace: shape.stripExtent(width))
        return LoweredStage(
            name: request.functionName + "_inputs",
            documentation: ["\(request.node.name): transformed inputs \(request.map.type), F(\(shape.tile), 3)"],
            buffers, algorithm: "winograd inputs", tasksPerSample: shares,
            body: [
                .letIndex("sample", .task / Index(shares)), .letIndex("group", sample / Index(samples)),
                .letIndex("first", .task % Index(shares) * Index(share)),
            ] + body)
    }

    /// Multiplies and transforms back; a task is a panel of outputs of one group of samples.
    private func main(_ algorithm: String) -> LoweredStage {
        var buffers = StageBuffers(request)
        let inputs = Buffer(
            .inputs, access: .read, extent: groups * groupExtent, comment: "transformed inputs")
        buffers.replace(.input(0), by: inputs, .scratch)
        buffers.add(workspace: middle + maps.middleExtent + weights.extent)
        let (firstSample, panel): (Index, Index) = (.variable("firstSample"), .variable("panel"))
        let clear = vectorLoop("i", count: Index(shape.products * productPlane), width: width) {
            [.store(.workspace, Index(products) + $0, splat(0, $1))]
        }
        let firstOutput = panel * Index(block.columns)
        let chunk = Statement.loop(
            "chunk", from: 0, to: Index(shape.channels), step: channels,
            transformWeights(firstOutput) + [multiply()])
        let back = shape.eachStrip(
            from: firstSample * Index(shape.stripsPerSample),
            count: .variable("samples") * Index(shape.stripsPerSample),
            maps.outputTransform(buffer: middle, from: firstOutput, outputs: block.columns, at: productAt))
        return request.kernel(
            algorithm, buffers, tasksFixed: shape.outputs / block.columns * groups,
            body: [
                .letIndex("panel", .task / Index(groups)), .letIndex("group", .task % Index(groups)),
                .letIndex("firstSample", .variable("group") * Index(samples)),
                .letIndex("samples", .maximum(0, .minimum(Index(samples), .batch - firstSample))),
                .conditional(.less(0, .variable("samples")), clear + [chunk] + back, otherwise: []),
            ])
    }

    private func productAt(_ product: Index, _ tile: Index, _ column: Index) -> Index {
        Index(products) + product * Index(productPlane) + tile * Index(block.columns) + column
    }

    private func transformWeights(_ firstOutput: Index) -> [Statement] {
        let offset = Index.variable("offset")
        let body = weights.statements(
            firstOutput: firstOutput, firstChannel: .variable("chunk") + offset
        ) { product, c, column, value in
            let word = (offset + c) / Index(request.factors.perWord)
            let row = product * Index(weightPlane) + word * Index(block.columns)
            return .store(.workspace, row + column, value)
        }
        return [.loop("offset", from: 0, to: Index(channels), step: width, body)]
    }

    /// Adds the products of the chunk's channels.
    private func multiply() -> Statement {
        let (product, first, c): (Index, Index, Index) = (.variable("product"), .variable("first"), .variable("c"))
        let perWord = request.factors.perWord
        let at = { (row: Int, column: Int) in productAt(product, first + Index(row), Index(column)) }
        let accumulate = Statement.loop(
            "c", from: 0, to: Index(channels / perWord), step: 1,
            block.accumulate(of: request.factors) { row in
                let word = .variable("chunk") / Index(perWord) + c
                return .load(
                    .inputs, transformedAt(.variable("group"), product, first + Index(row), word), width: 1)
            } right: { vector in
                let place = product * Index(weightPlane) + c * Index(block.columns) + Index(vector * width)
                return .load(.workspace, place, width: width)
            })
        return .loop(
            "product", from: 0, to: Index(shape.products), step: 1,
            [
                .loop(
                    "first", from: 0, to: .variable("samples") * Index(tiles / samples), step: block.rows,
                    block.load(.workspace, at) + [accumulate] + block.store(.workspace, at))
            ])
    }
}
