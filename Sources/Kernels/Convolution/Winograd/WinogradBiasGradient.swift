import KernelIR

/// The gradient of the bias beside that of the weights: the sum of `dy` over all positions.
///
/// The parts that have the first input channels add up the strips that they have just transformed, while those are in the
/// first-level cache.
struct WinogradBiasGradient {
    let shape: WinogradShape
    let width: Int
    /// `dy`, and the companion's buffer.
    private let gradient: Operand
    let target: Buffer.Handle
    /// Output channels of a part.
    let outputs: Int
    /// Where the part's sums are in the workspace.
    let start: Int

    private let k = Index.variable("k")

    /// - Returns: nil where the step does not make that gradient.
    init?(_ request: KernelRequest, _ shape: WinogradShape, outputs: Int, start: Int) {
        guard let companion = request.companion(where: { $0 == .channelSum }) else { return nil }
        self.shape = shape
        self.outputs = outputs
        self.start = start
        width = request.target.vectorWidth
        gradient = request.outputGradient
        target = companion.buffer
    }

    private var isResponsible: Condition { .equal(.variable("c0"), 0) }

    private func eachVector(_ body: [Statement]) -> Statement {
        .loop("k", from: 0, to: Index(outputs), step: width, body)
    }

    func clear() -> [Statement] { [eachVector([.store(.workspace, Index(start) + k, splat(0, width))])] }

    /// Adds a strip's sums, in four chains of additions that do not wait for each other.
    func add() -> [Statement] {
        let (y, x, row, column): (Index, Index, Index, Index) = (
            .variable("y"), .variable("x"), .variable("row"), .variable("column")
        )
        let (extent, chains) = (shape.output, 4)
        let names = (0..<chains).map { "sum\($0)" }
        let sums = names.map { Expression.variable($0, width: width) }
        let base =
            .variable("n") * Index(gradient.sampleStride) + (.variable("k0") + k) * Index(extent.area)
            + row * Index(extent.width) * Index(width)
        let add = { (chain: Int) -> Statement in
            let place = base + (column + Index(chain)) * Index(width)
            return .assign(names[chain], sums[chain] + .load(gradient.buffer, place, width: width))
        }
        let last = Index.minimum(x + Index(shape.tile * shape.stripTiles), Index(extent.width))
        let whole = x + (last - x) / Index(chains) * Index(chains)
        let rows = Statement.loop(
            "row", from: y, to: .minimum(y + Index(shape.tile), Index(extent.height)), step: 1,
            [
                .loop("column", from: x, to: whole, step: chains, (0..<chains).map(add)),
                .loop("column", from: whole, to: last, step: 1, [add(0)]),
            ])
        let place = Index(start) + k
        let total = .load(.workspace, place, width: width) + ((sums[0] + sums[1]) + (sums[2] + sums[3]))
        let body =
            names.map { Statement.declare($0, width: width, splat(0, width)) } + [
                rows, .store(.workspace, place, total),
            ]
        return [.conditional(isResponsible, [eachVector(body)], otherwise: [])]
    }

    /// Stores a part's sums to `buffer` from `first` on.
    func store(to buffer: Buffer.Handle, from first: Index) -> [Statement] {
        let value = Expression.load(.workspace, Index(start) + k, width: width)
        return [.conditional(isResponsible, [eachVector([.store(buffer, first + k, value)])], otherwise: [])]
    }

    /// Adds up what `store` has left in `buffer` from `first` on, once for each range, into the companion.
    func reduce(_ buffer: Buffer.Handle, from first: Int, ranges: Int) -> [Statement] {
        let output = .variable("k0") + k
        let all = (0..<ranges).map { Expression.load(buffer, Index(first + $0 * shape.outputs) + output, width: width) }
        let sum = Statement.store(target, output, all.dropFirst().reduce(all[0], +))
        return [.conditional(isResponsible, [eachVector([sum])], otherwise: [])]
    }
}
