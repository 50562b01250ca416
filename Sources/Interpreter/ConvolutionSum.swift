import GraphIR

/// A sum of products, with what its rounding errors in floats depend on.
public struct ProductSum: Hashable, Sendable {
    public var value = 0.0
    /// Sum of the products' squares.
    public var squares = 0.0
    /// How many products.
    public var count = 0

    public init() {}

    mutating func add(_ a: Double, _ b: Double) {
        let product = a * b
        value += product
        squares += product * product
        count += 1
    }
}

/// One element of the result of a convolution or of one of its gradients, without an epilogue: what `interpret` computes
/// there, at the cost of that element alone.
///
/// - Parameters:
///   - operands: as the operator lists them.
///   - place: of the element in the result: sample, channel, row and column, or the weight's indices.
/// - Returns: nil for other operators.
public func convolutionSum(_ op: Op, _ operands: [Tensor], at place: [Int]) -> ProductSum? {
    var sum = ProductSum()
    switch op {
    case .conv(let g): g.addOutput(&sum, operands[0], operands[1], place)
    case .convTranspose(let g), .convDataGradient(let g): g.addInput(&sum, operands[0], operands[1], place)
    case .convWeightGradient(let g):
        // A weight of two dimensions has one tap.
        g.addWeight(&sum, operands[0], operands[1], place + Array(repeating: 0, count: max(0, 4 - place.count)))
        return sum
    default: return nil
    }
    if operands.count == 3 { sum.add(operands[2].values[place[1]], 1) }
    return sum
}

extension ConvGeometry {
    /// The products of the output's element `[n, k, oy, ox]`.
    fileprivate func addOutput(_ sum: inout ProductSum, _ x: Tensor, _ weight: Tensor, _ place: [Int]) {
        let (n, k) = (place[0], place[1])
        let first = k / groupOutputChannels * groupInputChannels
        for c in 0..<groupInputChannels {
            let map = (n * inputChannels + first + c) * input.area
            let taps = (k * groupInputChannels + c) * kernel.area
            for i in 0..<kernel.height {
                let y = place[2] * stride.height + i * dilation.height - padding.top
                guard y >= 0, y < input.height else { continue }
                for j in 0..<kernel.width {
                    let column = place[3] * stride.width + j * dilation.width - padding.left
                    guard column >= 0, column < input.width else { continue }
                    sum.add(x.values[map + y * input.width + column], weight.values[taps + i * kernel.width + j])
                }
            }
        }
    }

    /// The products that use the input's element `[n, c, iy, ix]`, as its gradient sums them.
    fileprivate func addInput(_ sum: inout ProductSum, _ dy: Tensor, _ weight: Tensor, _ place: [Int]) {
        let (n, c) = (place[0], place[1])
        let group = c / groupInputChannels
        for i in 0..<kernel.height {
            guard let oy = outputRow(place[2], tap: i) else { continue }
            for j in 0..<kernel.width {
                guard let ox = outputColumn(place[3], tap: j) else { continue }
                for inGroup in 0..<groupOutputChannels {
                    let k = group * groupOutputChannels + inGroup
                    let tap = ((k * groupInputChannels + c % groupInputChannels) * kernel.height + i) * kernel.width + j
                    let map = (n * outputChannels + k) * output.area
                    sum.add(dy.values[map + oy * output.width + ox], weight.values[tap])
                }
            }
        }
    }

    /// The products of the weight's element `[k, c, i, j]`, `c` counted within its group.
    fileprivate func addWeight(_ sum: inout ProductSum, _ dy: Tensor, _ x: Tensor, _ place: [Int]) {
        let k = place[0]
        let c = k / groupOutputChannels * groupInputChannels + place[1]
        for n in 0..<x.shape[0] {
            let outputMap = (n * outputChannels + k) * output.area
            let inputMap = (n * inputChannels + c) * input.area
            for oy in 0..<output.height {
                let iy = oy * stride.height + place[2] * dilation.height - padding.top
                guard iy >= 0, iy < input.height else { continue }
                for ox in 0..<output.width {
                    let ix = ox * stride.width + place[3] * dilation.width - padding.left
                    guard ix >= 0, ix < input.width else { continue }
                    sum.add(
                        dy.values[outputMap + oy * output.width + ox], x.values[inputMap + iy * input.width + ix])
                }
            }
        }
    }

    /// The row of outputs that uses an input row with a tap.
    private func outputRow(_ row: Int, tap: Int) -> Int? {
        let shifted = row + padding.top - tap * dilation.height
        guard shifted >= 0, shifted % stride.height == 0, shifted / stride.height < output.height else { return nil }
        return shifted / stride.height
    }

    private func outputColumn(_ column: Int, tap: Int) -> Int? {
        let shifted = column + padding.left - tap * dilation.width
        guard shifted >= 0, shifted % stride.width == 0, shifted / stride.width < output.width else { return nil }
        return shifted / stride.width
    }
}
