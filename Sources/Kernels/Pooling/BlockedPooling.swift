import GraphIR
import KernelIR

/// Pooling on blocked maps: a vector is one position of a block of channels, so that every window is a few vector
/// operations. A task is one block of channels of one sample.
struct BlockedPool {
    let request: KernelRequest
    let g: PoolGeometry
    let block: Int

    private let n = Index.variable("n")
    private let c = Index.variable("c")
    private let y = Index.variable("y")
    private let x = Index.variable("x")

    init(_ request: KernelRequest, _ g: PoolGeometry) {
        self.request = request
        self.g = g
        block = request.result.layout.block
    }

    private var blocks: Int { g.channels / block }

    private var bindings: [Statement] {
        [.letIndex("n", .task / Index(blocks)), .letIndex("c", .task % Index(blocks))]
    }

    /// A position's first lane, counted from the sample's first element.
    private func element(_ extent: Extent, _ row: Index, _ column: Index) -> Index {
        (c * Index(extent.area) + row * Index(extent.width) + column) * Index(block)
    }

    private func windows(_ body: [Statement]) -> Statement {
        .loop(
            "y", from: 0, to: Index(g.output.height), step: 1,
            [.loop("x", from: 0, to: Index(g.output.width), step: 1, body)])
    }

    private func kernel(_ body: [Statement], result: Buffer.Access = .write) -> LoweredStage {
        request.kernel(
            "vector loop", StageBuffers(request, result: result), tasksPerSample: blocks, body: bindings + body)
    }

    // MARK: Forward

    func forward() -> LoweredStep {
        let best = Expression.variable("best", width: block)
        let taps = eachTap(g) { row, column, inside in
            let map = request.inputs[0]
            let at = n * Index(map.sampleStride) + element(g.input, row, column)
            return inside([.assign("best", .maximum(.load(map.buffer, at, width: block), best))])
        }
        let position = element(g.output, y, x)
        let stored = request.applyEpilogue(best, sample: n, element: position, width: block)
        let body =
            [Statement.declare("best", width: block, splat(.constant(-.infinity), block))] + taps
            + [.store(.out, n * Index(request.result.sampleStride) + position, stored)]
        return step(kernel([windows(body)]))
    }

    // MARK: Unpooling

    func unpool() -> LoweredStep {
        let simple = g.isDisjoint && g.kernel == g.stride && g.padding == Padding(0)
        return step(simple ? kernel(tiled()) : kernel(accumulated(), result: .readWrite))
    }

    private func step(_ kernel: LoweredStage) -> LoweredStep {
        let flops = Double(g.channels * g.output.area * g.kernel.area) + request.epilogueFlops
        return LoweredStep(kernel, work: Work(request, flopsPerSample: flops))
    }

    private var incoming: Expression {
        .load(
            request.windowValues.buffer, n * Index(request.windowValues.sampleStride) + element(g.output, y, x),
            width: block)
    }

    private func value(_ row: Index, _ column: Index) -> Expression {
        .load(
            request.searched.buffer, n * Index(request.searched.sampleStride) + element(g.input, row, column),
            width: block)
    }

    private func store(_ row: Index, _ column: Index, _ value: Expression) -> Statement {
        let position = element(g.input, row, column)
        return .store(
            .out, n * Index(request.result.sampleStride) + position,
            request.applyEpilogue(value, sample: n, element: position, width: block))
    }

    /// Windows that tile the map: the gradient goes to the first of the largest values, zero to the others.
    private func tiled() -> [Statement] {
        let zero = splat(0, block)
        let (largest, rest) = (Expression.variable("largest", width: block), Expression.variable("rest", width: block))
        var values: [Statement] = []
        var stores: [Statement] = []
        var maximum: Expression?
        for i in 0..<g.kernel.height {
            for j in 0..<g.kernel.width {
                let (row, column) = (y * Index(g.stride.height) + Index(i), x * Index(g.stride.width) + Index(j))
                values.append(.declare("x\(i)_\(j)", width: block, value(row, column)))
                let value = Expression.variable("x\(i)_\(j)", width: block)
                maximum = maximum.map { .maximum(value, $0) } ?? value
                let isLargest = { (then: Expression, otherwise: Expression) -> Expression in
                    .select(.equal, value, largest, then: then, otherwise: otherwise)
                }
                stores.append(store(row, column, isLargest(rest, zero)))
                stores.append(.assign("rest", isLargest(zero, rest)))
            }
        }
        let window =
            values + [
                .declare("largest", width: block, maximum ?? zero),
                .comment("the gradient that is still to be given away"), .declare("rest", width: block, incoming),
            ] + stores.dropLast()
        let covered = (rows: g.output.height * g.stride.height, columns: g.output.width * g.stride.width)
        return [windows(window)] + zeros(0..<covered.rows, covered.columns..<g.input.width)
            + zeros(covered.rows..<g.input.height, 0..<g.input.width)
    }

    private func zeros(_ rows: Range<Int>, _ columns: Range<Int>) -> [Statement] {
        guard !rows.isEmpty, !columns.isEmpty else { return [] }
        return [
            .loop(
                "y", from: Index(rows.lowerBound), to: Index(rows.upperBound), step: 1,
                [
                    .loop(
                        "x", from: Index(columns.lowerBound), to: Index(columns.upperBound), step: 1,
                        [store(y, x, splat(0, block))])
                ])
        ]
    }

    /// Any windows: zero, add each window's gradient where its maximum is, then the epilogue.
    private func accumulated() -> [Statement] {
        let outBase = n * Index(request.result.sampleStride) + c * Index(g.input.area * block)
        let (best, place) = (Expression.variable("best", width: block), Expression.variable("place", width: block))
        var number = 0.0
        let search = eachTap(g) { row, column, inside in
            defer { number += 1 }
            let candidate = value(row, column)
            return inside([
                .assign(
                    "place",
                    .select(.greater, candidate, best, then: splat(.constant(number), block), otherwise: place)),
                .assign("best", .maximum(candidate, best)),
            ])
        }
        number = 0
        let additions = eachTap(g) { row, column, inside in
            defer { number += 1 }
            let at = n * Index(request.result.sampleStride) + element(g.input, row, column)
            let share = Expression.select(
                .equal, place, splat(.constant(number), block), then: incoming, otherwise: splat(0, block))
            return inside([.store(.out, at, .load(.out, at, width: block) + share)])
        }
        let clear = vectorLoop("i", count: Index(g.input.area * block), width: block) {
            [.store(.out, outBase + $0, splat(0, $1))]
        }
        let start: [Statement] = [
            .declare("best", width: block, splat(.constant(-.infinity), block)),
            .declare("place", width: block, splat(-1, block)),
        ]
        return clear + [windows(start + search + additions)] + finish()
    }

    private func finish() -> [Statement] {
        guard !request.node.epilogue.isEmpty else { return [] }
        return vectorLoop("i", count: Index(g.input.area * block), width: block) { i, width in
            let position = c * Index(g.input.area * block) + i
            let at = n * Index(request.result.sampleStride) + position
            let value = Expression.load(.out, at, width: width)
            return [.store(.out, at, request.applyEpilogue(value, sample: n, element: position, width: width))]
        }
    }
}
