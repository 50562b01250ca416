import GraphIR
import Interpreter

import Platform

/// Of the losses of samples: means and ratios of sums whose terms are positive, or bounded by their magnitudes.
func lossBounds(_ loss: SampleLoss, _ x: [Tensor], _ result: Tensor) -> [Double] {
    let count = x[0].values.count / max(1, result.values.count)
    let value = loss.value
    return result.values.indices.map { sample in
        switch value {
        case .mean(let formula, _):
            let terms = (sample * count..<(sample + 1) * count).map { formula.rounded(Rounded.elements(x, $0)) }
            let magnitude = terms.reduce(0.0) { $0 + abs($1.value) } / Double(count)
            let errors = terms.reduce(0.0) { $0 + $1.error } / Double(count)
            return Rounding.ofSum(count: count, magnitude: magnitude) + errors
        // The ratio of two sums, and 1.
        case .overlap: return Rounding.ofSum(count: count, magnitude: 2)
        }
    }
}

func lossGradientBounds(_ loss: SampleLoss, _ x: [Tensor], _ result: Tensor) -> [Double] {
    let count = result.values.count / max(1, x[2].values.count)
    switch loss.value {
    case .mean(_, let slope):
        return result.values.indices.map { index in
            let error = slope.rounded(Rounded.elements(x, index)).error
            return abs(x[2].values[index / count]) / Double(count) * error + Rounding.ofFormula(result.values[index])
        }
    case .overlap(let overlap):
        return x[2].values.indices.flatMap { sample in
            let elements = (sample * count..<(sample + 1) * count).map {
                (p: 1 / (1 + exp(-x[0].values[$0])), t: x[1].values[$0])
            }
            return overlapSlopeBounds(overlap, elements, x[2].values[sample]).enumerated().map { index, bound in
                bound * elements[index].p * (1 - elements[index].p)
            }
        }
    }
}

extension Rounded {
    /// The map's and the target's value, which are exact.
    fileprivate static func elements(_ x: [Tensor], _ index: Int) -> [Rounded] {
        [Rounded(x[0].values[index]), Rounded(x[1].values[index])]
    }
}

/// `|d| · (N · |total'| + w t · D) / D²`, with the errors of two sums, for each element.
private func overlapSlopeBounds(_ overlap: Overlap, _ elements: [(p: Double, t: Double)], _ d: Double) -> [Double] {
    let numerator = elements.reduce(overlap.smooth) { $0 + overlap.weight * $1.p * $1.t }
    let denominator = elements.reduce(overlap.smooth) { $0 + overlap.total.value([$1.p, $1.t]) }
    guard denominator > 0 else { return elements.map { _ in Rounding.smallest } }
    let slope = overlap.totalSlope
    return elements.map { p, t in
        let terms = numerator * max(1, abs(slope.value([p, t]))) + overlap.weight * t * denominator
        let magnitude = abs(d) * terms / (denominator * denominator)
        return 2 * Rounding.ofSum(count: elements.count, magnitude: magnitude)
    }
}

/// Of the overlaps of a sample's classes: as those of maps, position by position. What does not count is 0 and exact.
private func classOverlapGradientBounds(_ overlap: ClassOverlap, _ x: [Tensor], _ result: Tensor) -> [Double] {
    guard let formula = overlap.loss.overlap else { return result.values }
    let (channels, area) = (x[0].shape[1], x[0].shape[2] * x[0].shape[3])
    return (0..<x[0].shape[0] * channels).flatMap { plane -> [Double] in
        let (sample, channel) = (plane / channels, plane % channels)
        let elements = (0..<area).map { position -> (p: Double, t: Double) in
            let target = Int(x[1].values[sample * area + position])
            guard target != overlap.ignored else { return (0, 0) }
            return (x[0].values[plane * area + position], target == channel ? 1 : 0)
        }
        return overlapSlopeBounds(formula, elements, x[2].values[sample])
    }
}

/// Of the parts of the cross-entropy of classes.
func classLossBounds(_ op: ClassLossOp, _ x: [Tensor], _ result: Tensor) -> [Double] {
    switch op {
    case .crossEntropy(let loss):
        // −log softmax is a difference of logits, and the logarithm of a sum of at most as many as there are classes.
        let classes = Double(x[0].shape[1])
        let heaviest = loss.weights.max() ?? 1
        let positions = x[0].shape[2] * x[0].shape[3]
        let most = heaviest * (2 * x[0].largest + log(classes) + 1) * (1 + loss.labelSmoothing)
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
    case .overlap:
        let positions = x[0].shape[2] * x[0].shape[3]
        return result.values.map { _ in Rounding.ofSum(count: positions, magnitude: 2) }
    case .overlapGradient(let overlap): return classOverlapGradientBounds(overlap, x, result)
    case .ratio: return [Rounding.ofSum(count: x[0].values.count, magnitude: result.values[0])]
    case .ratioGradient:
        return result.values.map { Rounding.ofSum(count: x[0].values.count, magnitude: abs($0)) }
    }
}
