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
    private let groups: ChannelGroups
    /// Of one of the groups.
    private let blocking: DirectWeightBlocking
    private let sums: PartialSums
    private let flops: Double
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
        guard let groups = ChannelGroups(g, width: request.target.vectorWidth) else {
            fatalError("\(request.node.name): its groups make no whole blocks of channels")
        }
        self.groups = groups
        flops = g.flopsPerSample
        blocking = DirectWeightBlocking(groups.geometry, target: request.target)
        sums = PartialSums(
            parts: groups.count * blocking.parts, size: blocking.channels * blocking.outputs * g.kernel.area,
            piecesPerSample: blocking.pieces,
            batchCapacity: request.batchCapacity)
        strip = blocking.strip(start: sums.workspace)
    }

    func step() -> LoweredStep {
        let workspace = strip.start + strip.extent(channels: blocking.channels)
        return sums.step(request, algorithm: "direct", workspace: workspace, flopsPerSample: flops) { part in
            [
                .letIndex("c0", firstChannel(part)), .letIndex("k0", firstOutput(part)),
                .loop("piece", from: .variable("begin"), to: .variable("end"), step: 1, piece()),
            ]
        } finish: { part in
            [
                .letIndex("firstChannel", firstChannel(part)), .letIndex("firstOutput", firstOutput(part)), scatter(),
            ]
        }
    }

    /// Of all groups, the first input and output channel of a part.
    private func firstChannel(_ part: Index) -> Index {
        let inGroup = part % Index(blocking.parts) / Index(blocking.outputParts) * Index(blocking.channels)
        return groups.count == 1
            ? part / Index(blocking.outputParts) * Index(blocking.channels)
            : part / Index(blocking.parts) * Index(g.inputChannels) + inGroup
    }
    private func firstOutput(_ part: Index) -> Index {
        let inGroup = part % Index(blocking.outputParts) * Index(blocking.outputs)
        return groups.count == 1 ? inGroup : part / Index(blocking.parts) * Index(g.outputChannels) + inGroup
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
        // Rows of taps far from each other often lie on the padding, and are left out there.
        let rows = Index.minimum(Index(blocking.rows), Index(g.output.height) - y0)
        let (stride, taps) = (g.stride.height, i * Index(g.dilation.height) + y0 * Index(g.stride.height))
        let isWide = g.dilation.height > 1
        let start = isWide ? Index.maximum(0, Index(g.padding.top + stride - 1) - taps) / Index(stride) : 0
        let inside = Index.maximum(0, Index(g.input.height + g.padding.top + stride - 1) - taps) / Index(stride)
        let end = isWide ? .minimum(rows, inside) : rows
        return [.letIndex("first", first)] + block.clear() + [
            .loop("y", from: start, to: end, step: 1, [.loop("x", from: 0, to: Index(g.output.width), step: 1, step)])
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
        // Of joined groups, channels of one group only.
        let (inputs, outputs) = (g.inputChannels / groups.joined, g.outputChannels / groups.joined)
        let pair = output * Index(inputs) + (groups.count * groups.joined == 1 ? channel : channel % Index(inputs))
        let source = sumAt(row: tap * Index(blocking.lanes) + lane, column: column)
        let store = Statement.store(
            .out, pair * Index(g.kernel.area) + place, .load(.workspace, source, width: 1))
        let copy =
            groups.joined == 1
            ? store
            : .conditional(.equal(output / Index(outputs), channel / Index(inputs)), [store], otherwise: [])
        let loops = [("tap", blocking.taps), ("lane", blocking.lanes)]
        let inner = loops.reversed().reduce([copy]) { body, entry in
            [.loop(entry.0, from: 0, to: Index(entry.1), step: 1, body)]
        }
        return .loop(
            "panel", from: 0, to: Index(blocking.panels), step: 1,
            [.loop("column", from: 0, to: Index(block.columns), step: 1, [eachBlock(inner)])])
    }
}
