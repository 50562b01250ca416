import GraphIR
import Interpreter

/// What the kernel of a node without an epilogue may be off by at each element of its result.
///
/// The switch has no default, so that a new operator needs a bound. Convolutions have theirs from `ProductSum`.
func errorBounds(_ node: Node, _ x: [Tensor], result: Tensor, batch: Int) -> [Double] {
    let each = { (bound: (Int) -> Double) in result.values.indices.map(bound) }
    let exact = { Array(repeating: 0.0, count: result.values.count) }
    /// The operator on other operands.
    let same = { (operands: [Tensor]) in bareResult(node, operands, batch: batch).values }
    switch node.op {
    case .input, .target, .parameter, .cotangent, .one, .concat, .channelSlice, .channelPad, .relayout, .maxPool,
        .maxPick, .update, .conv, .convTranspose, .convDataGradient, .convWeightGradient:
        return exact()
    case .channelSum:
        let squares = same([x[0].squared])
        let count = x[0].values.count / max(1, result.values.count)
        return squares.map { Rounding.ofSum(count: count, squares: $0) }
    case .maxUnpool(let g):
        guard !g.isDisjoint else { return exact() }
        return same([x[0].magnitudes, x[1]]).map { Rounding.ofSum(count: g.kernel.area, magnitude: $0) }
    case .resample(let map):
        return same([x[0].magnitudes]).map { Rounding.ofSum(count: map.mostTerms, magnitude: $0) }
    case .resampleGradient(let map):
        return same([x[0].magnitudes]).map { Rounding.ofSum(count: map.mostTerms, magnitude: $0) }
    case .broadcast(let op): return broadcastingBounds(op, x, result, same)
    case .normalize(var constants):
        // |x| + |mean|, which may cancel.
        constants.means = constants.means.map { -abs($0) }
        var node = node
        node.op = .normalize(constants)
        return bareResult(node, [x[0].magnitudes], batch: batch).values.map(Rounding.ofFormula)
    case .normalization(let op): return normalizationBounds(op, node, x, result, batch)
    case .layerNormalization(let op): return layerNormalizationBounds(op, x, result, same)
    case .softmax:
        let spread = 2 * x[0].largest
        return each { Rounding.ofSum(count: node.type.shape[0], magnitude: result.values[$0] * (1 + spread)) }
    case .softmaxGradient:
        let terms = productSumOverChannels(x[0].magnitudes, x[1].magnitudes)
        return each {
            Rounding.ofSum(
                count: node.type.shape[0], magnitude: abs(x[1].values[$0]) * (abs(x[0].values[$0]) + terms[$0]))
        }
    case .elementwise(let function):
        let formula = function.formula
        return each { index in formula.rounded(x.map { Rounded($0.values[index]) }).error }
    case .sampleLoss(let loss): return lossBounds(loss, x, result)
    case .sampleLossGradient(let loss): return lossGradientBounds(loss, x, result)
    case .classLoss(let op): return classLossBounds(op, x, result)
    case .batchMean:
        let magnitude = x[0].magnitudes.values.reduce(0, +) / Double(batch)
        return each { _ in Rounding.ofSum(count: batch, magnitude: magnitude) }
    case .batchMeanGradient: return each { Rounding.ofFormula(result.values[$0]) }
    }
}

/// What the node's operator makes, before its epilogue, and before it is stored, perhaps with fewer bits.
func bareResult(_ node: Node, _ operands: [Tensor], batch: Int) -> Tensor {
    var bare = node
    bare.epilogue = []
    bare.type = bare.type.stored(as: .float32)
    return interpret(bare, operands: Array(operands.prefix(node.inputs.count)), batch: batch)
}

extension Tensor {
    var squared: Tensor { Tensor(shape: shape, values: values.map { $0 * $0 }) }
    var magnitudes: Tensor { Tensor(shape: shape, values: values.map(abs)) }
    var largest: Double { values.reduce(0) { max($0, abs($1)) } }
}

extension Resampling {
    /// At least as many as the products that one value is the sum of, in either direction.
    fileprivate var mostTerms: Int {
        switch rule {
        case .averagePool(let kernel, _, _): kernel.area
        case .bedOfNails(let scale): scale.area
        case .shift(_, _, .constant): 1
        case .shift: (output.height + 1) * (output.width + 1)
        case .nearest, .bilinear, .resize:
            (interpolation?.isLinear == true ? 4 : 1) * outputs(output.height, of: input.height)
                * outputs(output.width, of: input.width)
        }
    }

    /// Places of the output that a place of the input, and the way to the next one, can be in.
    private func outputs(_ output: Int, of input: Int) -> Int { (output + input - 1) / input + 1 }
}

/// At each element, the sum of products over the channels of its position.
private func productSumOverChannels(_ a: Tensor, _ b: Tensor) -> [Double] {
    let (channels, area) = (a.shape[1], a.shape[2] * a.shape[3])
    return a.values.indices.map { index in
        let first = index / (channels * area) * channels * area + index % area
        return (0..<channels).reduce(0) { $0 + a.values[first + $1 * area] * b.values[first + $1 * area] }
    }
}

private func broadcastingBounds(
    _ op: Broadcasting, _ x: [Tensor], _ result: Tensor, _ same: ([Tensor]) -> [Double]
) -> [Double] {
    switch op {
    case .apply: return same(x.map(\.magnitudes)).map(Rounding.ofFormula)
    case .sum:
        let count = x[0].values.count / max(1, result.values.count)
        return same(x.map(\.squared)).map { Rounding.ofSum(count: count, squares: $0) }
    case .mean:
        let count = x[0].values.count / max(1, result.values.count)
        return same([x[0].squared]).map {
            Rounding.ofSum(count: count, squares: $0 / Double(count)) + Rounding.ofFormula($0.squareRoot())
        }
    case .spreadMean: return result.values.map(Rounding.ofFormula)
    case .spread, .maximum, .maximumGradient: return result.values.map { _ in 0 }
    }
}

// MARK: Normalisation

private func layerNormalizationBounds(
    _ op: LayerNormalization, _ x: [Tensor], _ result: Tensor, _ same: ([Tensor]) -> [Double]
) -> [Double] {
    switch op {
    case .moments:
        let (channels, area) = (x[0].shape[1], x[0].shape[2] * x[0].shape[3])
        return result.values.indices.map { index in
            let (sample, position) = (index / (2 * area), index % area)
            let squares = (0..<channels).reduce(0.0) {
                let value = x[0].values[(sample * channels + $1) * area + position]
                return $0 + value * value
            }
            let mean = Rounding.ofSum(count: channels, squares: squares) / Double(channels)
            guard index / area % 2 == 1 else { return mean + Rounding.ofFormula(result.values[index]) }
            // r depends on the variance by −r³ / 2.
            let r = result.values[index]
            let variance = Rounding.ofSum(count: channels, magnitude: squares / Double(channels))
            return r * r * r * variance + Rounding.ofFormula(r)
        }
    case .normalize:
        return same(
            [x[0].magnitudes, x[1].withNegativeMeans(columns: x[0].shape[2] * x[0].shape[3])]
                + x.dropFirst(2).map(\.magnitudes)
        ).map(Rounding.ofFormula)
    case .sums:
        let area = x[1].shape[2] * x[1].shape[3]
        let magnitudes = same([x[0].magnitudes, x[1].magnitudes, x[2].withNegativeMeans(columns: area)])
        return magnitudes.map { Rounding.ofSum(count: area, magnitude: $0) + Rounding.ofFormula($0) }
    case .gradient:
        // The three terms with their magnitudes: less than what stands there with the largest of each.
        let factor = x[2].largest * x[3].largest * x[0].largest
        let normalized = (x[1].largest + x[2].largest) * x[2].largest
        let bound = factor * (2 + normalized * normalized)
        return result.values.map { _ in
            Rounding.ofSum(count: x[1].shape[1], magnitude: bound) + 4 * Rounding.ofFormula(bound)
        }
    }
}

private func normalizationBounds(
    _ op: NormalizationOp, _ node: Node, _ x: [Tensor], _ result: Tensor, _ batch: Int
) -> [Double] {
    let each = { (bound: (Int) -> Double) in result.values.indices.map(bound) }
    switch op {
    case .moments:
        // Of the squares: the mean of x⁴ belongs to the variance's terms.
        let squares = bareResult(node, [x[0].squared], batch: batch).values
        let columns = node.type.shape[1]
        let count = x[0].values.count / max(1, result.values.count / 2)
        return each { index in
            let isMean = index / columns % 2 == 0
            let meanSquare = squares[isMean ? index : index - columns]
            return isMean
                ? Rounding.ofSum(count: count, squares: meanSquare / Double(count))
                : Rounding.ofSum(count: count, magnitude: meanSquare)
        }
    case .normalize:
        // |x̂| scale + |shift|, of |x| + |μ|.
        let magnitudes = bareResult(
            node, [x[0].magnitudes, x[1].withNegativeMeans] + x.dropFirst(2).map(\.magnitudes), batch: batch)
        return magnitudes.values.map(Rounding.ofFormula)
    case .sums(_, _):
        // Squares of the terms dy · x̂, and of dy.
        let squares = squaredTerms(node, x, batch)
        let count = x[0].values.count / max(1, result.values.count / 2)
        return squares.map { Rounding.ofSum(count: count, squares: $0) }
    case .gradient:
        // The three terms with their magnitudes: signs chosen so that they add up.
        let sums = x[x.count - 1]
        let magnitudes = bareResult(
            node,
            [x[0].magnitudes, x[1].magnitudes, x[2].withNegativeMeans] + x[3..<x.count - 1].map(\.magnitudes)
                + [sums.negativeMagnitudes],
            batch: batch)
        let count = x[0].values.count / max(1, sums.values.count / 2)
        return magnitudes.values.map {
            4 * Rounding.ofFormula($0) + Rounding.ofSum(count: min(count, 64), magnitude: abs($0))
        }
    case .row:
        let squares = bareResult(node, [x[0].squared], batch: batch).values
        return squares.map { x[0].shape.count == 2 ? 0 : Rounding.ofSum(count: batch, squares: $0) }
    case .runningMoments, .updateRunning: return each { _ in 0 }
    case .foldedWeight: return each { Rounding.ofFormula(result.values[$0]) }
    case .foldedBias:
        let moments = x[0].withNegativeMeans
        let magnitudes = bareResult(node, [moments] + x.dropFirst().map(\.magnitudes), batch: batch)
        return magnitudes.values.map(Rounding.ofFormula)
    }
}

/// `Σ (dy · x̂)²`, with |x| + |μ| in x̂, and `Σ dy²`.
private func squaredTerms(_ node: Node, _ x: [Tensor], _ batch: Int) -> [Double] {
    // x̂ of the sums' operator is linear in x − μ: its square is the operator's on squared x and a variance squared, which
    // epsilon blurs by next to nothing. The terms are bounded instead by the largest x̂.
    let columns = node.type.shape[1]
    let dySquares = bareResult(node, [x[0].squared, x[1], x[2]], batch: batch).values
    let deviation =
        x[2].values.indices.filter { $0 / (x[2].shape.last ?? 1) % 2 == 1 }.map { x[2].values[$0] }.min() ?? 1
    let largest = (x[1].largest + x[2].largest) / deviation.squareRoot()
    return dySquares.indices.map { index in
        let isFirst = index / columns % 2 == 0
        return isFirst ? dySquares[index + columns] * largest * largest : dySquares[index]
    }
}

extension Tensor {
    /// Moments whose means are not positive, so that nothing cancels against a map of magnitudes.
    fileprivate var withNegativeMeans: Tensor { withNegativeMeans(columns: shape.last ?? 1) }
    fileprivate var negativeMagnitudes: Tensor { Tensor(shape: shape, values: values.map { -abs($0) }) }

    /// - Parameter columns: of each of the two rows.
    fileprivate func withNegativeMeans(columns: Int) -> Tensor {
        Tensor(
            shape: shape,
            values: values.enumerated().map { $0.offset / columns % 2 == 0 ? -abs($0.element) : $0.element })
    }
}
