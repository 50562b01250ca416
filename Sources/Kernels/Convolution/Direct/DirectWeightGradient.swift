import GraphIR
import KernelIR

/// The weight gradient of a convolution on blocked maps: `dW[o, c, i, j] = Σ over pixels of dy[o, y, x] · x[c, y·s + i·d − p,
/// x·s + j·d − p]`.
///
/// A task sums the pairs of some channels. It copies the input rows of a piece of the map, with their padding; then the
/// sums of a few channels and taps by vectors of outputs are in registers while the piece passes by.
func directWeightGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    DirectWeightSums(request, g).step()
}

private struct DirectWeightSums {
    let request: KernelRequest
    private let blocking: DirectWeightBlocking
    private let sums: PartialSums
    private let strip: PaddedStrip

    private let n = Index.variable("n")
    private let y0 = Index.variable("y0")
    private let c = Index.variable("c")
    private let i = Index.variable("i")
    private let tapGroup = Index.variable("tapGroup")
    private let laneGroup = Index.variable("laneGroup")
    private let panel = Index.variable("panel")
    private var g: ConvGeometry { blocking.g }
    private var block: RegisterBlock { blocking.block }
    private var width: Int { block.width }

    init(_ request: KernelRequest, _ g: ConvGeometry) {
        self.request = request
        blocking = DirectWeightBlocking(g, target: request.target)
        sums = PartialSums(
            parts: blocking.parts, size: blocking.channels * blocking.outputs * g.kernel.area,
            piecesPerSample: blocking.pieces)
        strip = blocking.strip(start: sums.workspace)
    }

    func step() -> LoweredStep {
        let workspace = strip.start + strip.extent(channels: blocking.channels)
        return sums.step(request, algorithm: "direct", workspace: workspace, flopsPerSample: g.flopsPerSample) { part in
            [
                .letIndex("c0", part / Index(blocking.outputParts) * Index(blocking.channels)),
                .letIndex("k0", part % Index(blocking.outputParts) * Index(blocking.outputs)),
                .loop("piece", from: .variable("begin"), to: .variable("end"), step: 1, piece()),
            ]
        } finish: { part in
            [
                .letIndex("firstChannel", part / Index(blocking.outputParts) * Index(blocking.channels)),
                .letIndex("firstOutput", part % Index(blocking.outputParts) * Index(blocking.outputs)), scatter(),
            ]
        }
    }

    /// Adds the products of some rows of a sample.
    private func piece() -> [Statement] {
        let base = n * Index(request.convolved.sampleStride) + .variable("c0") * Index(g.input.area)
        let copy = strip.copy(
            request.convolved.buffer, base: base, channels: blocking.channels,
            firstRow: y0 * Index(g.stride.height) - Index(g.padding.top)
        )
        return [
            .letIndex("n", .variable("piece") / Index(blocking.pieces)),
            .letIndex("y0", .variable("piece") % Index(blocking.pieces) * Index(blocking.rows)),
        ] + copy + [.loop("panel", from: 0, to: Index(blocking.panels), step: 1, [eachBlock(products())])]
    }

    /// Loops over the register blocks of a panel: blocks of channels, rows of taps, groups of
    /// taps and of channels.
    private func eachBlock(_ body: [Statement]) -> Statement {
        let loops = [
            ("c", blocking.channels / width), ("i", g.kernel.height), ("tapGroup", blocking.tapGroups),
            ("laneGroup", blocking.laneGroups),
        ]
        return loops.reversed().reduce(body) { body, entry in
            [.loop(entry.0, from: 0, to: Index(entry.1), step: 1, body)]
        }[0]
    }

    private func products() -> [Statement] {
        let (x, y) = (Index.variable("x"), Index.variable("y"))
        let first =
            strip.at(
                block: c, row: i * Index(g.dilation.height), column: tapGroup * Index(blocking.taps * g.dilation.width))
            + laneGroup * Index(blocking.lanes)
        let pixel = (y * Index(g.stride.height * strip.columns) + x * Index(g.stride.width)) * Index(width)
        let gradient =
            n * Index(request.outputGradient.sampleStride) + (.variable("k0") + panel * Index(block.columns))
            * Index(g.output.area) + ((y0 + y) * Index(g.output.width) + x) * Index(width)
        let step = block.accumulate { row in
            let place = row / blocking.lanes * g.dilation.width * width + row % blocking.lanes
            return .load(.workspace, .variable("first") + pixel + Index(place), width: 1)
        } right: { vector in
            .load(request.outputGradient.buffer, gradient + Index(vector * width * g.output.area), width: width)
        }
        let end = Index.minimum(Index(blocking.rows), Index(g.output.height) - y0)
        return [.letIndex("first", first)] + block.clear() + [
            .loop("y", from: 0, to: end, step: 1, [.loop("x", from: 0, to: Index(g.output.width), step: 1, step)])
        ]
            + block.finish { row, vector, value in
                let place = sums.at(sumAt(row: Index(row), column: Index(vector * width)))
                return .store(sums.buffer, place, .load(sums.buffer, place, width: width) + value)
            }
    }

    /// Where a sum stands: `[panel][block of channels][row of taps][group of taps][group of channels][row][column]`.
    private func sumAt(row: Index, column: Index) -> Index {
        let group =
            ((panel * Index(blocking.channels / width) + c) * Index(g.kernel.height) + i) * Index(blocking.tapGroups)
            + tapGroup
        return ((group * Index(blocking.laneGroups) + laneGroup) * Index(block.rows) + row) * Index(block.columns)
            + column
    }

    /// Brings a part's sums into the weight's order.
    private func scatter() -> Statement {
        let (column, tap, lane) = (Index.variable("column"), Index.variable("tap"), Index.variable("lane"))
        let output = .variable("firstOutput") + panel * Index(block.columns) + column
        let channel = .variable("firstChannel") + c * Index(width) + laneGroup * Index(blocking.lanes) + lane
        let place = i * Index(g.kernel.width) + tapGroup * Index(blocking.taps) + tap
        let target = (output * Index(g.inputChannels) + channel) * Index(g.kernel.area) + place
        let source = sumAt(row: tap * Index(blocking.lanes) + lane, column: column)
        let copy = Statement.store(.out, target, .load(.workspace, source, width: 1))
        let loops = [("tap", blocking.taps), ("lane", blocking.lanes)]
        let inner = loops.reversed().reduce([copy]) { body, entry in
            [.loop(entry.0, from: 0, to: Index(entry.1), step: 1, body)]
        }
        return .loop(
            "panel", from: 0, to: Index(blocking.panels), step: 1,
            [.loop("column", from: 0, to: Index(block.columns), step: 1, [eachBlock(inner)])])
    }
}
