import GraphIR
import KernelIR

/// The weight gradient of a depthwise convolution on blocked maps: `dW[c, i, j] = Σ over pixels of dy[c, y, x] · x[c, y·s +
/// i·d − p, x·s + j·d − p]`.
func depthwiseWeightGradient(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    DepthwiseWeightSums(request, g).step()
}

/// A task sums the weights of a block of channels. For each row of taps, the sums are in registers while some rows of both
/// maps pass by, several for each tap, since an addition takes a while.
private struct DepthwiseWeightSums {
    let request: KernelRequest
    let g: ConvGeometry
    let shape: GatherShape
    private let sums: PartialSums
    /// Output rows that are added at a time, and such pieces of a sample.
    private let rows: Int
    private let pieces: Int
    /// Pixels side by side, each with a sum of its own for each tap.
    private let pixels: Int
    private var width: Int { request.target.vectorWidth }

    private let n = Index.variable("n")
    private let y = Index.variable("y")
    private let i = Index.variable("i")

    init(_ request: KernelRequest, _ g: ConvGeometry) {
        self.request = request
        self.g = g
        shape = GatherShape(forward: g)
        let width = request.target.vectorWidth
        rows = rowsPerBlock(rows: g.output.height, rowLength: g.output.width, preferred: 512)
        pieces = ceilingDivide(g.output.height, rows)
        pixels = max(1, min(4, (request.target.vectorRegisters - 2) / (g.kernel.width + 1)))
        sums = PartialSums(
            parts: g.groups / width, size: g.kernel.area * width, piecesPerSample: pieces,
            batchCapacity: request.batchCapacity)
    }

    func step() -> LoweredStep {
        sums.step(
            request, algorithm: "depthwise", workspace: sums.workspace, flopsPerSample: g.flopsPerSample
        ) { part in
            [
                .loop(
                    "piece", from: .variable("begin"), to: .variable("end"), step: 1,
                    [
                        .letIndex("n", .variable("piece") / Index(pieces)),
                        .letIndex("y0", .variable("piece") % Index(pieces) * Index(rows)),
                        .loop("i", from: 0, to: Index(g.kernel.height), step: 1, rowOfTaps(part)),
                    ])
            ]
        } finish: { part in
            let (tap, lane) = (Index.variable("tap"), Index.variable("lane"))
            let target = (part * Index(width) + lane) * Index(g.kernel.area) + tap
            let copy = Statement.store(.out, target, .load(.workspace, tap * Index(width) + lane, width: 1))
            return [
                .loop(
                    "lane", from: 0, to: Index(width), step: 1,
                    [.loop("tap", from: 0, to: Index(g.kernel.area), step: 1, [copy])])
            ]
        }
    }

    /// Adds the products of a piece's rows with the rows of the input that lie under row `i` of the taps.
    private func rowOfTaps(_ part: Index) -> [Statement] {
        let y0 = Index.variable("y0")
        let (stride, padding) = (g.stride.height, g.padding.top)
        let taps = i * Index(g.dilation.height)
        let first = Index.maximum(0, Index(padding + stride - 1) - taps) / Index(stride)
        let end = Index.maximum(0, Index(g.input.height + padding + stride - 1) - taps) / Index(stride)
        let all = (0..<g.kernel.width).flatMap { tap in (0..<pixels).map { (tap, $0) } }
        let runs = TapRun.runs(
            of: shape.columns.phases[0], step: shape.columns.step, source: shape.source.width)
        return all.map { .declare(name($0, $1), width: width, splat(0, width)) }
            + [
                .loop(
                    "y", from: .maximum(y0, first),
                    to: .minimum(.minimum(y0 + Index(rows), Index(g.output.height)), end), step: 1,
                    runs.filter { !$0.taps.isEmpty }.flatMap { products($0, part) })
            ]
            + (0..<g.kernel.width).map { tap in
                let values = (0..<pixels).map { Expression.variable(name(tap, $0), width: width) }
                let place = sums.at((i * Index(g.kernel.width) + Index(tap)) * Index(width))
                let sum = values.dropFirst().reduce(values[0], +)
                return .store(sums.buffer, place, .load(sums.buffer, place, width: width) + sum)
            }
    }

    private func name(_ tap: Int, _ pixel: Int) -> String { "acc\(tap)_\(pixel)" }

    /// Adds the products of a run of a row.
    private func products(_ run: TapRun, _ part: Index) -> [Statement] {
        let whole = run.count / pixels * pixels
        var pieces: [Statement] = []
        if whole > 0 {
            pieces.append(
                .loop(
                    "x", from: Index(run.first), to: Index(run.first + whole), step: pixels,
                    products(run, part, pixels)))
        }
        if whole < run.count {
            let rest = run.count - whole
            pieces.append(
                .loop(
                    "x", from: Index(run.first + whole), to: Index(run.first + run.count), step: rest,
                    products(run, part, rest)))
        }
        return pieces
    }

    /// Adds the products of `count` pixels from `x` on.
    private func products(_ run: TapRun, _ part: Index, _ count: Int) -> [Statement] {
        let x = Index.variable("x")
        let taps = TapBlock(
            rows: count, taps: run.taps.count, step: g.stride.width, offsetStep: g.dilation.width)
        let row = y * Index(g.stride.height) + i * Index(g.dilation.height) - Index(g.padding.top)
        let column =
            x * Index(g.stride.width) + Index(run.taps.lowerBound * g.dilation.width - g.padding.left)
        let place = { (operand: Operand, extent: Extent, row: Index, column: Index) in
            n * Index(operand.sampleStride)
                + ((part * Index(extent.height) + row) * Index(extent.width) + column) * Index(width)
        }
        let gradients = (0..<count).map { pixel -> Statement in
            .declare(
                "d\(pixel)", width: width,
                .load(request.outputGradient.buffer, .variable("gradient") + Index(pixel * width), width: width))
        }
        let updates = taps.offsets.enumerated().flatMap { number, offset -> [Statement] in
            let value = Expression.load(
                request.convolved.buffer, .variable("pixel") + Index(offset * width), width: width)
            return [.declare("a\(number)", width: width, value)]
                + taps.uses(of: offset).map { pixel, tap in
                    let sum = name(run.taps.lowerBound + tap, pixel)
                    return .assign(
                        sum,
                        .fusedMultiplyAdd(
                            .variable("a\(number)", width: width), .variable("d\(pixel)", width: width),
                            .variable(sum, width: width)))
                }
        }
        return [
            .letIndex("gradient", place(request.outputGradient, g.output, y, x)),
            .letIndex("pixel", place(request.convolved, g.input, row, column)),
        ] + gradients + updates
    }
}
