import GraphIR
import KernelIR

/// The weight gradient by Winograd's matrices: the adjoint of the forward algorithm with respect to the weights,
/// `Gᵀ [Σ over tiles of (A dy Aᵀ) ⊙ (Bᵀ d B)] G` (the same products as F(3 × 3, tile × tile)).
///
/// A task sums a part of the channels over a range of tiles, in order; the sums of several ranges are added up by a second
/// kernel (`WinogradSumsBlocking`). The gradient of the bias may be made beside (`WinogradBiasGradient`).
func winogradWeightGradient(_ request: KernelRequest, _ g: ConvGeometry, tile: Int) -> LoweredStep {
    let cuts = WinogradSumsBlocking.cuts(
        WinogradShape(forward: g, tile: tile), width: request.target.vectorWidth, batchCapacity: request.batchCapacity)
    guard let cheapest = cuts.min(by: { $0.effort < $1.effort }) else { fatalError("a convolution without channels") }
    return winogradWeightGradient(request, g, tile: tile, cheapest)
}

/// The same, cut in a way of the caller's choice.
func winogradWeightGradient(
    _ request: KernelRequest, _ g: ConvGeometry, tile: Int, _ blocking: WinogradSumsBlocking
) -> LoweredStep {
    var shape = WinogradShape(forward: g, tile: tile)
    shape.factors = request.factors
    let sums = WinogradSums(request, shape, blocking)
    let algorithm = "winograd F(\(tile),3)"
    var first = sums.kernel(algorithm)
    first.work = Work(request, flopsPerSample: g.flopsPerSample)
    guard sums.ranges > 1 else { return LoweredStep(stages: [first]) }
    return LoweredStep(stages: [first, sums.reduction()], scratch: sums.scratch)
}

private struct WinogradSums {
    let request: KernelRequest
    let shape: WinogradShape
    let width: Int
    private let blocking: WinogradSumsBlocking
    private let block: RegisterBlock
    /// Strips that are transformed at a time, and words of a strip's tiles: of bf16 each has two neighbouring ones.
    private let strips: Int
    private let words: Int
    // Parts of the workspace, in floats.
    private let inputs: Int
    private let gradients: Int
    private let inputPlane: Int
    private let gradientPlane: Int
    private let middle: Int
    private let strip: Int
    private let workspace: Int
    private let bias: WinogradBiasGradient?

    private let first = Index.variable("first")
    private let product = Index.variable("product")

    private var channels: Int { blocking.channels }
    private var outputs: Int { blocking.outputs }
    private var outputParts: Int { blocking.outputParts }
    private var parts: Int { blocking.parts }
    var ranges: Int { blocking.ranges }

    /// Pairs of channels.
    var pairs: Int { shape.channels * shape.outputs }

    /// Floats of the sums of all ranges, behind which those of the bias's gradient stand; and of both together.
    private var rangeSums: Int { ranges * shape.products * pairs }
    var scratch: Int { rangeSums + (bias == nil ? 0 : ranges * shape.outputs) }

    init(_ request: KernelRequest, _ shape: WinogradShape, _ blocking: WinogradSumsBlocking) {
        self.request = request
        self.shape = shape
        width = request.target.vectorWidth
        self.blocking = blocking
        let (channels, outputs) = (blocking.channels, blocking.outputs)
        block = RegisterBlock(target: request.target, columns: outputs)
        strips = max(1, 32 / shape.stripTiles)
        words = ceilingDivide(shape.stripTiles, shape.factors.perWord)
        inputs = blocking.ranges > 1 ? 0 : shape.products * channels * outputs
        inputPlane = spreadOverCacheSets(strips * words * channels)
        gradientPlane = spreadOverCacheSets(strips * words * outputs)
        gradients = inputs + shape.products * inputPlane
        middle = gradients + shape.products * gradientPlane
        strip = middle + Self.finishExtent(shape, width)
        let end = strip + shape.stripExtent(width)
        bias = WinogradBiasGradient(request, shape, outputs: outputs, start: end)
        workspace = end + (bias?.outputs ?? 0)
    }

    /// Floats for a half-transformed tile, and the taps of a square block of channels.
    private static func finishExtent(_ shape: WinogradShape, _ width: Int) -> Int {
        shape.products * width + 9 * width * width
    }

    /// True when all tiles are transformed at once, so that the sums need not start at zero.
    private var isSingleChunk: Bool { ranges == 1 && request.batchCapacity * shape.stripsPerSample <= strips }

    // MARK: Kernels

    func kernel(_ algorithm: String) -> LoweredStage {
        var buffers = StageBuffers(request)
        if ranges > 1 { buffers.keepSums(scratch) }
        buffers.add(workspace: workspace)
        let total = .batch * Index(shape.stripsPerSample)
        let range = Index.task / Index(parts)
        let clear = vectorLoop("i", count: Index(shape.products * channels * outputs), width: width) {
            [.store(sums, sumBase + $0, splat(0, $1))]
        }
        let body: [Statement] =
            [
                .letIndex("part", .task % Index(parts)),
                .letIndex("c0", .variable("part") / Index(outputParts) * Index(channels)),
                .letIndex("k0", .variable("part") % Index(outputParts) * Index(outputs)),
                .letIndex("begin", total * range / Index(ranges)),
                .letIndex("end", total * (range + 1) / Index(ranges)),
            ] + (isSingleChunk ? [] : clear) + (bias?.clear() ?? []) + [
                .loop(
                    "first", from: .variable("begin"), to: .variable("end"), step: strips,
                    [.letIndex("strips", .minimum(Index(strips), .variable("end") - first))]
                        + shape.eachStrip(
                            from: first, count: .variable("strips"),
                            inputTransform() + gradientTransform() + (bias?.add() ?? []))
                        + products())
            ] + storeBias(range)
        return request.kernel(
            algorithm, buffers, tasksFixed: parts * ranges,
            body: body
                + (ranges > 1
                    ? [] : finish(channels: channels, c0: .variable("c0"), k0: .variable("k0"), buffer: middle)))
    }

    /// Where the sums of the bias's gradient go: behind those of the weights, or to the companion.
    private func storeBias(_ range: Index) -> [Statement] {
        guard let bias else { return [] }
        let k0 = Index.variable("k0")
        return ranges > 1
            ? bias.store(to: .out, from: Index(rangeSums) + range * Index(shape.outputs) + k0)
            : bias.store(to: bias.target, from: k0)
    }

    /// Adds up the ranges and transforms the sums back; a task is a vector of a part's channels.
    func reduction() -> LoweredStage {
        let (size, rows) = (shape.products * channels * outputs, channels / width)
        let (part, c) = (Index.variable("part"), Index.variable("c0"))
        let first = .task % Index(rows) * Index(width * outputs)
        let add = vectorLoop("i", count: Index(width * outputs), width: width) { i, width in
            let all = (0..<ranges).map { range -> Expression in
                let sums = Index(range * parts * size) + part * Index(size)
                return .load(.sums, sums + product * Index(channels * outputs) + first + i, width: width)
            }
            return [
                .store(.workspace, product * Index(self.width * outputs) + i, all.dropFirst().reduce(all[0], +))
            ]
        }
        let gathered = shape.products * width * outputs
        return LoweredStage(
            name: request.functionName + "_sums",
            documentation: ["\(request.node.name): the sums of \(ranges) ranges of tiles, transformed back"],
            StageBuffers(reducing: scratch, of: request, workspace: gathered + Self.finishExtent(shape, width)),
            algorithm: "winograd sums", tasksFixed: parts * rows,
            body: [
                .letIndex("part", .task / Index(rows)),
                .letIndex("c0", part / Index(outputParts) * Index(channels) + .task % Index(rows) * Index(width)),
                .letIndex("k0", part % Index(outputParts) * Index(outputs)),
                .loop("product", from: 0, to: Index(shape.products), step: 1, add),
            ] + (bias?.reduce(.sums, from: rangeSums, ranges: ranges) ?? [])
                + finish(channels: width, c0: c, k0: .variable("k0"), buffer: gathered))
    }

    // MARK: Pieces

    /// Where the task's sums are: in the scratch memory of the step, or in its own workspace.
    private var sums: Buffer.Handle { ranges > 1 ? .out : .workspace }
    private var sumBase: Index { ranges > 1 ? .task * Index(shape.products * channels * outputs) : 0 }

    private func inputAt(_ product: Index, _ word: Index, _ channel: Index) -> Index {
        Index(inputs) + product * Index(inputPlane) + word * Index(channels) + channel
    }

    private func gradientAt(_ product: Index, _ word: Index, _ output: Index) -> Index {
        Index(gradients) + product * Index(gradientPlane) + word * Index(outputs) + output
    }

    private func inputTransform() -> [Statement] {
        transformLoop(
            "c", channels, matrix: shape.matrices.inputTransform, map: request.convolved.buffer, extent: shape.input,
            stride: request.convolved.sampleStride, firstChannel: .variable("c0"), margin: (shape.top, shape.left)
        ) { inputAt($0, $1, .variable("c")) }
    }

    private func gradientTransform() -> [Statement] {
        transformLoop(
            "k", outputs, matrix: transposed(shape.matrices.outputTransform), map: request.outputGradient.buffer,
            extent: shape.output,
            stride: request.outputGradient.sampleStride, firstChannel: .variable("k0"), margin: (0, 0)
        ) { gradientAt($0, $1, .variable("k")) }
    }

    private func transformLoop(
        _ variable: String, _ count: Int, matrix: [[Rational]], map: Buffer.Handle, extent: Extent, stride: Int,
        firstChannel: Index, margin: (top: Int, left: Int), at: (Index, Index) -> Index
    ) -> [Statement] {
        let transform = StripTransform(
            matrix: matrix, map: map, extent: extent, step: shape.tile, windows: shape.stripTiles, width: width,
            buffer: strip)
        let base = .variable("n") * Index(stride) + (firstChannel + .variable(variable)) * Index(extent.area)
        let (y, x): (Index, Index) = (.variable("y") - Index(margin.top), .variable("x") - Index(margin.left))
        let product = { (row: Index, column: Int) in row * Index(shape.points) + Index(column) }
        let firstWord = .variable("strip") * Index(words)
        let body =
            shape.factors == .float32
            ? transform.statements(base: base, y: y, x: x, margin: margin) { window, row, column, value in
                [.store(.workspace, at(product(row, column), firstWord + window), value)]
            }
            : transform.statementsInPairs(base: base, y: y, x: x, margin: margin) { pair, row, column, even, odd in
                [.store(.workspace, at(product(row, column), firstWord + pair), .packedPairs(even: even, odd: odd))]
            }
        return [.loop(variable, from: 0, to: Index(count), step: width, body)]
    }

    /// Adds the outer products of the transformed tiles to the sums.
    private func products() -> [Statement] {
        let whole = channels / block.rows * block.rows
        var pieces = [productBlock(block, from: 0, to: whole)]
        if whole < channels {
            pieces.append(productBlock(RegisterBlock(block, rows: channels - whole), from: whole, to: channels))
        }
        return [.loop("product", from: 0, to: Index(shape.products), step: 1, pieces)]
    }

    private func productBlock(_ block: RegisterBlock, from start: Int, to end: Int) -> Statement {
        let (product, c, k): (Index, Index, Index) = (.variable("product"), .variable("c"), .variable("k"))
        let sumAt = { (row: Int, column: Int) -> Index in
            sumBase + (product * Index(channels) + c + Index(row)) * Index(outputs) + k + Index(column)
        }
        let body =
            (isSingleChunk ? block.clear() : block.load(sums, sumAt))
            + [
                .loop(
                    "word", from: 0, to: .variable("strips") * Index(words), step: 1,
                    block.accumulate(of: shape.factors) { row in
                        .load(.workspace, inputAt(product, .variable("word"), c + Index(row)), width: 1)
                    } right: { vector in
                        .load(
                            .workspace, gradientAt(product, .variable("word"), k + Index(vector * width)), width: width
                        )
                    })
            ] + block.store(sums, sumAt)
        return .loop(
            "c", from: Index(start), to: Index(end), step: block.rows,
            [.loop("k", from: 0, to: Index(outputs), step: block.columns, body)])
    }

    /// Transforms the sums of some channels, at the start of the workspace, back, and brings the taps into the weight's
    /// order: vectors of outputs become rows of taps, a block at a time.
    ///
    /// - Parameter buffer: `finishExtent` floats of the workspace, from this one on.
    private func finish(channels: Int, c0: Index, k0: Index, buffer: Int) -> [Statement] {
        let taps = buffer + shape.products * width
        let (c, k, offset): (Index, Index, Index) = (.variable("c"), .variable("k"), .variable("offset"))
        let transform = TileTransform(
            matrix: transposed(shape.matrices.filterTransform), width: width, buffer: .workspace, middle: buffer)
        let back = transform.statements { row, column in
            let product = row * Index(shape.points) + column
            return .load(
                .workspace, (product * Index(channels) + c + offset) * Index(outputs) + k, width: width)
        } store: { row, column, value in
            [.store(.workspace, Index(taps) + (offset * 9 + row * 3 + Index(column)) * Index(width), value)]
        }
        let block = Index.variable("block")
        let target = ((k0 + k) * Index(shape.channels) + c0 + c) * 9 + block
        let scatter = BlockTranspose.statement(
            width: width, from: .workspace, at: Index(taps) + block * Index(width), stride: width, to: .out,
            at: target, stride: 9 * shape.channels)
        return [
            .loop(
                "k", from: 0, to: Index(outputs), step: width,
                [
                    .loop(
                        "c", from: 0, to: Index(channels), step: width,
                        [
                            .loop("offset", from: 0, to: Index(width), step: 1, back),
                            .loop("block", from: 0, to: Index(9 * width), step: width, [scatter]),
                        ])
                ])
        ]
    }
}
