import GraphIR
import Interpreter

/// The squares of products that an algorithm on tiles, such as Winograd's, rounds for an element of a convolution's result.
///
/// It computes with all that is in the element's tiles, also for an element that padding leaves few products, or none, or
/// small ones. So the errors of all elements of a tile are those of sums with all their products, as large as the channels
/// are in the mean.
struct TileErrors {
    private let op: Op
    private let first: ChannelMeans
    private let second: ChannelMeans

    /// - Parameter operands: of the convolution, or of one of its gradients.
    init(_ op: Op, _ operands: [Tensor]) {
        self.op = op
        first = ChannelMeans(operands[0])
        second = ChannelMeans(operands[1])
    }

    /// Of the element at a place, as `convolutionSum` counts it, of a convolution without groups.
    func squares(at place: [Int]) -> Double {
        switch op {
        case .conv(let g):
            return Double(g.kernel.area)
                * sum(g.inputChannels) { first[place[0], $0] * second[place[1], $0] }
        case .convTranspose(let g), .convDataGradient(let g):
            return Double(g.kernel.area)
                * sum(g.outputChannels) { first[place[0], $0] * second[$0, place[1]] }
        case .convWeightGradient(let g):
            return Double(g.output.area)
                * sum(first.rows) { first[$0, place[0]] * second[$0, place[1]] }
        default: return 0
        }
    }

    private func sum(_ count: Int, _ term: (Int) -> Double) -> Double { (0..<count).reduce(0) { $0 + term($1) } }
}

/// The mean square of each plane of a tensor: of a sample's channel, or of the taps between two channels.
private struct ChannelMeans {
    let rows: Int
    private let columns: Int
    private let values: [Double]

    init(_ tensor: Tensor) {
        rows = tensor.shape[0]
        columns = tensor.shape[1]
        let plane = tensor.shape.dropFirst(2).reduce(1, *)
        values = (0..<rows * columns).map { index in
            tensor.values[index * plane..<(index + 1) * plane].reduce(0) { $0 + $1 * $1 } / Double(max(1, plane))
        }
    }

    subscript(row: Int, column: Int) -> Double { values[row * columns + column] }
}
