import Base
import GraphIR
import Interpreter
import Kernels

/// What a step should have made at some elements of its result, and how far from it rounding may take a kernel.
struct Expectation {
    /// Elements, counted row-major; nil for all of them.
    var indices: [Int]?
    var values: [Double]
    var bounds: [Double]

    /// Compares what a kernel made with it.
    /// - Parameter shape: of the result.
    func compare(_ found: [Double], shape: [Int]) -> Comparison {
        var comparison = Comparison(count: values.count, isSampled: indices != nil)
        for (position, value) in values.enumerated() {
            let index = indices?[position] ?? position
            // What a function does not have for the operands that were drawn, such as logarithms of what is below 0.
            if value.isNaN && found[index].isNaN || bounds[position] == .infinity { continue }
            let error = value == found[index] ? 0 : abs(found[index] - value)
            // A comparison with NaN is false, so ask what is fine.
            let share = error == 0 ? 0 : error / bounds[position]
            if share <= comparison.worst { continue }
            comparison.worst = share.isNaN ? .infinity : share
            guard !(share <= 1) else { continue }
            comparison.message =
                "\(places(index, shape)) should be \(value), found \(found[index]); rounding explains "
                + "\(bounds[position])"
        }
        return comparison
    }
}

/// How a kernel's result compares with what is expected.
struct Comparison {
    /// Elements that were compared.
    var count = 0
    var isSampled = false
    /// The largest error as a share of its bound; infinite for NaN.
    var worst = 0.0
    /// The worst element that is not explained; nil when all are.
    var message: String?
}

extension Expectation {
    /// Products that the oracle computes for one step: more elements are sampled.
    static let productBudget = 1 << 23
    /// Elements that are compared at least, where there are as many.
    static let fewest = 1024

    /// Of a step with a value, by the oracle.
    /// - Parameters:
    ///   - operands: in the order of `Node.operands`.
    ///   - growth: of rounding errors, for the algorithm of a convolution.
    ///   - factors: what a convolution multiplies.
    init(
        _ node: Node, _ operands: [Tensor], batch: Int, growth: Double, factors: ElementType = .float32,
        randomness: Randomness
    ) {
        let inputs = Array(operands.prefix(node.inputs.count))
        let shape = interpretedShape(node.type, batch: batch)
        if let products = node.op.productsPerElement(batch: batch) {
            let count = shape.reduce(1, *)
            let wanted = max(Self.fewest, Self.productBudget / max(1, products))
            indices = count <= wanted ? nil : samples(of: shape, count: wanted)
            let tiles = growth > 1 ? TileErrors(node.op, inputs) : nil
            (values, bounds) = ([], [])
            for index in indices ?? Array(0..<count) {
                let place = places(index, shape)
                let sum = convolutionSum(node.op, inputs, at: place) ?? ProductSum()
                values.append(sum.value)
                let inTile = tiles?.squares(at: place)
                bounds.append(
                    growth
                        * Rounding.ofProducts(
                            count: inTile == nil ? sum.count : products, squares: max(sum.squares, inTile ?? 0),
                            factors: factors))
            }
        } else {
            let result = bareResult(node, inputs, batch: batch)
            indices = nil
            values = result.values
            bounds = errorBounds(node, inputs, result: result, batch: batch)
        }
        apply(node.epilogue, Array(operands.dropFirst(node.inputs.count)), randomness)
        if case .elementwise(let function) = node.op { applyRandom(function, inputs, randomness) }
        if node.type.element != .float32 { store(as: node.type.element) }
    }

    /// Of a sum that may end on either side of what is half-way between two numbers of the type, the kernel may have the
    /// other one.
    private mutating func store(as element: ElementType) {
        for position in values.indices {
            bounds[position] += 2 * element.roundingUnit * (abs(values[position]) + bounds[position])
            values[position] = Double(element.rounded(Float(values[position])))
        }
    }

    private mutating func apply(_ epilogue: [FusedStep], _ extras: [Tensor], _ randomness: Randomness) {
        var next = 0
        for step in epilogue {
            let operand = step.operands.isEmpty ? nil : extras[next]
            next += step.operands.count
            let formula = step.function.formula
            for position in values.indices {
                let index = indices?[position] ?? position
                let result = formula.rounded(
                    [Rounded(values[position], error: bounds[position]), Rounded(operand?.values[index] ?? 0)],
                    uniform: { DropoutMask(seed: randomness.seed, step: randomness.step, key: $0).uniform(index) })
                values[position] = result.value
                bounds[position] = result.error
            }
        }
    }

    /// The bounds of a function that depends on random numbers, which the operator's own bounds leave out.
    private mutating func applyRandom(_ function: Elementwise, _ inputs: [Tensor], _ randomness: Randomness) {
        guard function.isRandom else { return }
        let formula = function.formula
        for index in values.indices {
            let result = formula.rounded(
                [Rounded(inputs[0].values[index])],
                uniform: { DropoutMask(seed: randomness.seed, step: randomness.step, key: $0).uniform(index) })
            values[index] = result.value
            bounds[index] = result.error
        }
    }
}

extension Op {
    /// Products that make one element of a convolution's result, those with the padding included; nil for other operators.
    fileprivate func productsPerElement(batch: Int) -> Int? {
        switch self {
        case .conv(let g): g.reductionSize
        case .convTranspose(let g), .convDataGradient(let g): g.groupOutputChannels * g.kernel.area
        case .convWeightGradient(let g): batch * g.output.area
        default: nil
        }
    }
}

private func places(_ index: Int, _ shape: [Int]) -> [Int] {
    var rest = index
    var places = [Int](repeating: 0, count: shape.count)
    for dimension in shape.indices.reversed() {
        places[dimension] = rest % shape[dimension]
        rest /= shape[dimension]
    }
    return places
}

/// Elements from all over a tensor: each index of its second dimension in turn, so that no lane of a vector is left out;
/// and of the last two every other one near the edges, where kernels have their special cases.
private func samples(of shape: [Int], count: Int) -> [Int] {
    var random = SplitMix64(seed: UInt64(shape.reduce(17) { $0 &* 31 &+ $1 }))
    let draw = { (size: Int) in Int(random.next() % UInt64(max(1, size))) }
    return (0..<count).map { number in
        let place = shape.indices.map { dimension -> Int in
            let size = shape[dimension]
            if dimension == 1 { return number % size }
            guard dimension >= 2, draw(2) == 0 else { return draw(size) }
            let depth = min(draw(4), size - 1)
            return draw(2) == 0 ? depth : size - 1 - depth
        }
        return zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }
}
