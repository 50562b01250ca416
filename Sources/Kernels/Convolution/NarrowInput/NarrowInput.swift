import GraphIR
import KernelIR

/// The convolution: a task makes a block of output rows of one sample. It copies the input rows with their padding, and
/// multiplies pixels that lie side by side with panels of weights.
func narrowInputConvolution(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    let block = RegisterBlock(target: request.target, columns: g.outputChannels)
    let panels = WeightPanels(request: request, geometry: g, block: block)
    let rowsPerTask = rowsPerBlock(rows: g.output.height, rowLength: g.output.width, preferred: 1024)
    let source = PaddedRows(
        geometry: g, outputRows: rowsPerTask, start: 0, vectorWidth: request.target.vectorWidth)
    let blocks = ceilingDivide(g.output.height, rowsPerTask)
    let (n, y0, y, panel): (Index, Index, Index, Index) = (
        .variable("n"), .variable("y0"), .variable("y"), .variable("panel")
    )
    let products = block.rows("x", count: g.output.width) { block, x in
        narrowProduct(request, g, block, source, x)
            + block.finish { row, vector, value in
                let element =
                    (panel * Index(block.columns) + Index(vector * block.width)) * Index(g.output.area)
                    + ((y0 + y) * Index(g.output.width) + x + Index(row)) * Index(block.width)
                let finished = request.applyEpilogue(value, sample: n, element: element, width: block.width)
                return .store(.out, n * Index(request.result.sampleStride) + element, finished)
            }
    }
    return panels.step(
        panels.byOutput(), algorithm: "narrow input", workspace: source.extent, tasksPerSample: blocks,
        body: [
            .letIndex("n", .task / Index(blocks)),
            .letIndex("y0", .task % Index(blocks) * Index(rowsPerTask)),
        ] + source.copy(map: request.map.buffer, base: n * Index(request.map.sampleStride), firstRow: y0) + [
            .loop(
                "y", from: 0, to: .minimum(Index(rowsPerTask), Index(g.output.height) - y0), step: 1,
                [.loop("panel", from: 0, to: Index(g.outputChannels / block.columns), step: 1, products)])
        ])
}

/// The sums of a register block of pixels from `x` on, starting at the bias.
private func narrowProduct(
    _ request: KernelRequest, _ g: ConvGeometry, _ block: RegisterBlock, _ source: PaddedRows, _ x: Index
) -> [Statement] {
    let (y, i, panel): (Index, Index, Index) = (.variable("y"), .variable("i"), .variable("panel"))
    let taps = (0..<g.kernel.width).flatMap { j in (0..<g.inputChannels).map { (j, $0) } }
    let steps = taps.enumerated().flatMap { number, tap -> [Statement] in
        let (j, c) = tap
        let mapRow = Index(c * source.rows) + y * Index(g.stride.height) + i * Index(g.dilation.height)
        let reduction = panel * Index(g.reductionSize) + i * Index(taps.count) + Index(number)
        return block.accumulate(suffix: "_\(number)") { row in
            let column = (x + Index(row)) * Index(g.stride.width) + Index(j * g.dilation.width)
            return .load(.workspace, mapRow * Index(source.columns) + column, width: 1)
        } right: { vector in
            .load(.panels, reduction * Index(block.columns) + Index(vector * block.width), width: block.width)
        }
    }
    let clear = block.clear(
        to: request.bias.map { bias in
            { .load(bias.buffer, panel * Index(block.columns) + Index($0 * block.width), width: block.width) }
        })
    return clear + [.loop("i", from: 0, to: Index(g.kernel.height), step: 1, steps)]
}

/// The weight gradient: a task sums the weights of a few vectors of output channels, over a range of rows. The sums of
/// some taps at a time are in registers while a row of both maps passes by. Where the bias's gradient is made beside, its
/// sums stand behind those of the weights, as if a further input were 1 everywhere.
func narrowInputWeightGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    let block = RegisterBlock(target: request.target, columns: g.outputChannels)
    let rowsPerPiece = rowsPerBlock(rows: g.output.height, rowLength: g.output.width, preferred: 1024)
    let pieces = ceilingDivide(g.output.height, rowsPerPiece)
    let bias = request.companion { $0 == .channelSum }
    let rows = g.reductionSize + (bias == nil ? 0 : 1)
    let sums = PartialSums(
        parts: g.outputChannels / block.columns, size: rows * block.columns, piecesPerSample: pieces,
        batchCapacity: request.batchCapacity)
    let source = PaddedRows(
        geometry: g, outputRows: rowsPerPiece, start: sums.workspace, vectorWidth: request.target.vectorWidth)
    let (n, y0, piece) = (Index.variable("n"), Index.variable("y0"), Index.variable("piece"))
    return sums.step(
        request, algorithm: "narrow input", workspace: source.start + max(source.extent, sums.size),
        flopsPerSample: g.flopsPerSample
    ) { part in
        [
            .loop(
                "piece", from: .variable("begin"), to: .variable("end"), step: 1,
                [
                    .letIndex("n", piece / Index(pieces)),
                    .letIndex("y0", piece % Index(pieces) * Index(rowsPerPiece)),
                ]
                    + source.copy(
                        map: request.convolved.buffer, base: n * Index(request.convolved.sampleStride), firstRow: y0)
                    + [
                        .loop(
                            "y", from: 0, to: .minimum(Index(rowsPerPiece), Index(g.output.height) - y0), step: 1,
                            narrowRowSums(request, g, block, source, sums, part)
                                + (bias == nil ? [] : narrowBiasSums(request, g, block, sums, part)))
                    ])
        ]
    } finish: { part in
        let (k, lane): (Index, Index) = (.variable("k"), .variable("lane"))
        let target = (part * Index(block.columns) + lane) * Index(g.reductionSize) + k
        return [
            .loop(
                "lane", from: 0, to: Index(block.columns), step: 1,
                [
                    .loop(
                        "k", from: 0, to: Index(g.reductionSize), step: 1,
                        [.store(.out, target, .load(.workspace, k * Index(block.columns) + lane, width: 1))])
                ])
        ]
            + (bias.map { bias in
                (0..<block.vectors).map { vector in
                    let (column, first) = (Index(vector * block.width), g.reductionSize * block.columns)
                    return .store(
                        bias.buffer, part * Index(block.columns) + column,
                        .load(.workspace, Index(first) + column, width: block.width))
                }
            } ?? [])
    }
}

/// The vector of the output's gradient at column `x` of a row of a piece.
private func narrowGradient(
    _ request: KernelRequest, _ g: ConvGeometry, _ block: RegisterBlock, _ part: Index, vector: Int
) -> Expression {
    let channel = part * Index(block.columns) + Index(vector * block.width)
    let pixel = (.variable("y0") + .variable("y")) * Index(g.output.width) + .variable("x")
    let element = channel * Index(g.output.area) + pixel * Index(block.width)
    return .load(
        request.outputGradient.buffer, .variable("n") * Index(request.outputGradient.sampleStride) + element,
        width: block.width)
}

/// Adds one output row's gradients to the sums behind those of the weights.
private func narrowBiasSums(
    _ request: KernelRequest, _ g: ConvGeometry, _ block: RegisterBlock, _ sums: PartialSums, _ part: Index
) -> [Statement] {
    let names = (0..<block.vectors).map { "bias\($0)" }
    let partial = names.map { Expression.variable($0, width: block.width) }
    let row = names.indices.map { vector in
        Statement.assign(names[vector], partial[vector] + narrowGradient(request, g, block, part, vector: vector))
    }
    return names.map { .declare($0, width: block.width, splat(0, block.width)) }
        + [.loop("x", from: 0, to: Index(g.output.width), step: 1, row)]
        + names.indices.map { vector in
            let place = sums.at(Index(g.reductionSize * block.columns + vector * block.width))
            let sum = Expression.load(sums.buffer, place, width: block.width)
            return .store(sums.buffer, place, sum + partial[vector])
        }
}

/// Adds one output row's products to the sums, `[weight of an output][columns]`.
private func narrowRowSums(
    _ request: KernelRequest, _ g: ConvGeometry, _ block: RegisterBlock, _ source: PaddedRows, _ sums: PartialSums,
    _ part: Index
) -> [Statement] {
    let (y, x): (Index, Index) = (.variable("y"), .variable("x"))
    return block.rows("k", count: g.reductionSize) { block, k in
        let places = (0..<block.rows).map { row -> Statement in
            let weight = k + Index(row)
            let tap = weight % Index(g.kernel.area)
            let mapRow =
                weight / Index(g.kernel.area) * Index(source.rows) + y * Index(g.stride.height)
                + tap / Index(g.kernel.width) * Index(g.dilation.height)
            let column = tap % Index(g.kernel.width) * Index(g.dilation.width)
            return .letIndex("place\(row)", Index(source.start) + mapRow * Index(source.columns) + column)
        }
        let multiply = Statement.loop(
            "x", from: 0, to: Index(g.output.width), step: 1,
            block.accumulate { row in
                .load(.workspace, .variable("place\(row)") + x * Index(g.stride.width), width: 1)
            } right: { vector in
                narrowGradient(request, g, block, part, vector: vector)
            })
        return places + block.clear() + [multiply]
            + block.finish { row, vector, value in
                let index = sums.at((k + Index(row)) * Index(block.columns) + Index(vector * block.width))
                return .store(sums.buffer, index, .load(sums.buffer, index, width: block.width) + value)
            }
    }
}
