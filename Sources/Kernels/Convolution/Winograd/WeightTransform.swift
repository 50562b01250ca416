import Base
import KernelIR

/// The transform of a convolution's weights, `G g Gᵀ` for each pair of channels, a panel of outputs and a vector of
/// input channels at a time: the weights of the panel are brought side by side first, so that the transform works on whole
/// vectors.
struct WeightTransform {
    let shape: WinogradShape
    /// Outputs of a panel, a multiple of the vector width.
    let panel: Int
    /// Floats of a vector, and channels that are brought side by side at a time.
    let width: Int
    /// The buffer of the weights, in the order of the convolution's parameter.
    let weight: Buffer.Handle
    /// `extent` floats of the workspace, from this one on.
    let buffer: Int

    /// Of words of two bf16 each has the weights of two neighbouring channels.
    private var factors: ElementType { shape.factors }
    private let c = Index.variable("c")
    private let lane = Index.variable("lane")
    private let q = Index.variable("q")

    /// Rows of a channel's gathered taps: a gradient's are brought by blocks that are higher than nine.
    private var taps: Int { shape.isGradient ? max(9, (9 + width - 1) / width * width) : 9 }
    private var gatheredExtent: Int { (width - 1) * 9 * panel + taps * panel }
    private var row: Int { buffer + gatheredExtent }
    private var middle: Int { row + panel * 9 + taps }

    private var kept: Int { middle + 3 * shape.points * width }

    /// Floats of the workspace that the transform uses.
    var extent: Int {
        gatheredExtent + panel * 9 + taps + 3 * shape.points * width + (factors.perWord - 1) * shape.products * width
    }

    /// - Parameters:
    ///   - firstOutput, firstChannel: where the panel and its channels start.
    ///   - store: takes the transformed weights: product, channel from `firstChannel` on (of several in a word the first),
    ///     first output of the panel's vector, value.
    func statements(
        firstOutput: Index, firstChannel: Index, store: (Index, Index, Index, Expression) -> Statement
    ) -> [Statement] {
        let gather =
            shape.isGradient
            ? gatherGradient(firstOutput, firstChannel) : gatherForward(firstOutput, firstChannel)
        let column = q * Index(width)
        let vectors =
            factors == .float32
            ? transformed(c) { [store($0, c, column, $1)] }
            : transformed(c) { [.store(.workspace, keptAt($0), $1)] }
                + transformed(c + 1) { product, value in
                    let even = Expression.load(.workspace, keptAt(product), width: width)
                    return [store(product, c, column, .packedPairs(even: even, odd: value))]
                }
        return gather + [
            .loop(
                "c", from: 0, to: Index(width), step: factors.perWord,
                [.loop("q", from: 0, to: Index(panel / width), step: 1, vectors)])
        ]
    }

    /// The transform of one channel's taps for the panel's vector `q`: `store` takes product and value.
    private func transformed(_ channel: Index, store: (Index, Expression) -> [Statement]) -> [Statement] {
        let transform = TileTransform(
            matrix: shape.matrices.filterTransform, width: width, buffer: .workspace, middle: middle)
        return transform.statements { row, column in
            .load(.workspace, gathered(channel, tap(row * 3 + column)) + q * Index(width), width: width)
        } store: { row, column, value in
            store(row * Index(shape.points) + Index(column), value)
        }
    }

    /// Where the transform of a word's first channel waits for that of the second.
    private func keptAt(_ product: Index) -> Index { Index(kept) + product * Index(width) }

    private func gathered(_ channel: Index, _ tap: Index) -> Index {
        Index(buffer) + (channel * 9 + tap) * Index(panel)
    }

    /// The data gradient convolves with the rotated weights.
    private func tap(_ index: Index) -> Index { shape.isGradient ? 8 - index : index }

    /// The weights are `[output][channel][tap]`: rows of `9 · channels` floats, one below the other for the outputs.
    private func gatherForward(_ firstOutput: Index, _ firstChannel: Index) -> [Statement] {
        let (block, length) = (Index.variable("block"), 9 * shape.channels)
        let source = (firstOutput + lane) * Index(length) + firstChannel * 9 + block
        return [
            .loop(
                "lane", from: 0, to: Index(panel), step: width,
                [
                    .loop(
                        "block", from: 0, to: Index(9 * width), step: width,
                        [
                            BlockTranspose.statement(
                                width: width, from: weight, at: source, stride: length, to: .workspace,
                                at: Index(buffer) + block * Index(panel) + lane, stride: panel)
                        ])
                ])
        ]
    }

    /// The weights are `[channel][output][tap]`: a channel's taps of the panel's outputs follow each other. They are
    /// copied first, since the blocks reach over the end of the last output's.
    private func gatherGradient(_ firstOutput: Index, _ firstChannel: Index) -> [Statement] {
        let i = Index.variable("element")
        let source = ((firstChannel + c) * Index(shape.outputs) + firstOutput) * 9 + i
        let copy = Statement.loop(
            "element", from: 0, to: Index(9 * panel), step: width,
            [.store(.workspace, Index(row) + i, .load(weight, source, width: width))])
        let columns = stride(from: 0, to: taps, by: width).map { first in
            BlockTranspose.statement(
                width: width, from: .workspace, at: Index(row + first) + lane * 9, stride: 9, to: .workspace,
                at: gathered(c, Index(first)) + lane, stride: panel)
        }
        return [
            .comment("rows below the nine taps are written over by the next channel"),
            .loop(
                "c", from: 0, to: Index(width), step: 1,
                [copy, .loop("lane", from: 0, to: Index(panel), step: width, columns)]),
        ]
    }
}
