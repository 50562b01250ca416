import KernelIR

/// The gradient of the bias beside that of the weights: the sum of `dy` over all positions.
///
/// The transform of a tile of `dy` at the point 1, along both axes, is the sum of the tile's elements, so that one of the
/// planes of transformed gradients only has to be added up. The parts that have the first input channels do that.
struct WinogradBiasGradient {
    let shape: WinogradShape
    let width: Int
    /// The companion's buffer.
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
        target = companion.buffer
    }

    /// The product whose transformed gradient is the tile's sum.
    private var product: Int {
        let rows = transposed(shape.matrices.outputTransform)
        let point = rows.firstIndex { $0.allSatisfy { $0 == 1 } } ?? 0
        return point * shape.points + point
    }

    private var isResponsible: Condition { .equal(.variable("c0"), 0) }

    private func eachVector(_ body: [Statement]) -> Statement {
        .loop("k", from: 0, to: Index(outputs), step: width, body)
    }

    func clear() -> [Statement] { [eachVector([.store(.workspace, Index(start) + k, splat(0, width))])] }

    /// Adds the sums of some tiles; `at` says where a product's tile and output lie in the workspace.
    func add(tiles: Index, at: (Index, Index, Index) -> Index) -> [Statement] {
        let sum = Expression.variable("sum", width: width)
        let tile = Expression.load(.workspace, at(Index(product), .variable("tile"), k), width: width)
        let place = Index(start) + k
        let body: [Statement] = [
            .declare("sum", width: width, splat(0, width)),
            .loop("tile", from: 0, to: tiles, step: 1, [.assign("sum", sum + tile)]),
            .store(.workspace, place, .load(.workspace, place, width: width) + sum),
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
