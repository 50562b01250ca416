import GraphIR
import Interpreter

import Platform

/// Of the losses of samples: means and ratios of sums whose terms are positive, or bounded by their magnitudes.
func lossBounds(_ loss: SampleLoss, _ x: [Tensor], _ result: Tensor) -> [Double] {
    let count = x[0].values.count / max(1, result.values.count)
    return result.values.indices.map { sample in
        let elements = sample * count..<(sample + 1) * count
        switch loss {
        case .squaredError: return Rounding.ofSum(count: count, magnitude: result.values[sample])
        // The ratio of two sums, and 1.
        case .dice: return Rounding.ofSum(count: count, magnitude: 2)
        case .bceWithLogits(let weight):
            let magnitude = elements.reduce(0.0) { sum, index in
                let (logit, target) = (x[0].values[index], x[1].values[index])
                return sum + (1 + abs(weight - 1) * target) * softplus(-logit) + abs(1 - target) * abs(logit)
            }
            return Rounding.ofSum(count: count, magnitude: magnitude / Double(count))
        }
    }
}

func lossGradientBounds(_ loss: SampleLoss, _ x: [Tensor], _ result: Tensor) -> [Double] {
    let count = result.values.count / max(1, x[2].values.count)
    switch loss {
    case .squaredError:
        return result.values.indices.map { index in
            let magnitude = 2 * (abs(x[0].values[index]) + abs(x[1].values[index])) / Double(count)
            return Rounding.ofFormula(x[2].values[index / count] * magnitude)
        }
    case .bceWithLogits(let weight):
        return result.values.indices.map { index in
            let target = x[1].values[index]
            let magnitude = abs(1 - target) + abs(1 + (weight - 1) * target)
            return Rounding.ofFormula(x[2].values[index / count] * magnitude / Double(count))
        }
    case .dice(let smooth): return diceGradientBounds(x, count, smooth)
    }
}

/// `|dloss| · (numerator + 2 t · denominator) / denominator² · p (1 − p)`, with the errors of two sums.
private func diceGradientBounds(_ x: [Tensor], _ count: Int, _ smooth: Double) -> [Double] {
    var bounds: [Double] = []
    for sample in x[2].values.indices {
        let elements = sample * count..<(sample + 1) * count
        let p = elements.map { 1 / (1 + exp(-x[0].values[$0])) }
        let numerator = zip(p, elements).reduce(smooth) { $0 + 2 * $1.0 * x[1].values[$1.1] }
        let denominator = zip(p, elements).reduce(smooth) { $0 + $1.0 + x[1].values[$1.1] }
        for (p, index) in zip(p, elements) {
            let terms = numerator + 2 * x[1].values[index] * denominator
            let magnitude = abs(x[2].values[sample]) * terms / (denominator * denominator) * p * (1 - p)
            bounds.append(2 * Rounding.ofSum(count: count, magnitude: magnitude))
        }
    }
    return bounds
}

/// Of the parts of the cross-entropy of classes.
func classLossBounds(_ op: ClassLossOp, _ x: [Tensor], _ result: Tensor) -> [Double] {
    switch op {
    case .crossEntropy(let loss):
        // −log softmax is a difference of logits, and the logarithm of a sum of at most as many as there are classes.
        let classes = Double(x[0].shape[1])
        let heaviest = loss.weights.max() ?? 1
        let positions = x[0].shape[2] * x[0].shape[3]
        let most = heaviest * (2 * x[0].largest + log(classes) + 1)
        return result.values.indices.map { index in
            // Terms that are between 0 and the most, whose sum is known.
            let magnitude = index % 2 == 0 ? result.values[index] + most : result.values[index]
            return Rounding.ofSum(count: positions, magnitude: magnitude)
                + (index % 2 == 0 ? 8 * Rounding.unit * most * Double(positions).squareRoot() : 0)
        }
    case .crossEntropyGradient(let loss):
        let elements = result.values.count / x[0].shape[0]
        let heaviest = loss.weights.max() ?? 1
        let spread = 1 + 2 * x[0].largest
        return result.values.indices.map { index in
            Rounding.ofSum(
                count: x[0].shape[1], magnitude: abs(x[2].values[2 * (index / elements)]) * heaviest * spread)
        }
    case .ratio: return [Rounding.ofSum(count: x[0].values.count, magnitude: result.values[0])]
    case .ratioGradient:
        return result.values.map { Rounding.ofSum(count: x[0].values.count, magnitude: abs($0)) }
    }
}

/// `log(1 + e^x)`
private func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
