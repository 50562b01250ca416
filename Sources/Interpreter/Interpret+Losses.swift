import GraphIR

import Platform

/// A number per sample.
func sampleLoss(_ loss: SampleLoss, _ x: Tensor, _ target: Tensor) -> Tensor {
    switch loss {
    case .bceWithLogits(let weight): bceWithLogits(x, target, positiveWeight: weight)
    case .dice(let smooth): diceLoss(x, target, smooth: smooth)
    case .squaredError: squaredError(x, target)
    }
}

/// `dloss` of each sample times the loss's derivative.
func sampleLossGradient(_ loss: SampleLoss, _ x: Tensor, _ target: Tensor, _ dLoss: Tensor) -> Tensor {
    switch loss {
    case .bceWithLogits(let weight): bceWithLogitsGradient(x, target, dLoss, positiveWeight: weight)
    case .dice(let smooth): diceLossGradient(x, target, dLoss, smooth: smooth)
    case .squaredError: squaredErrorGradient(x, target, dLoss)
    }
}

/// Per sample, the mean of `(x − t)²`.
private func squaredError(_ x: Tensor, _ target: Tensor) -> Tensor {
    perSample(x) { sample in
        sample.reduce(0) { $0 + (x.values[$1] - target.values[$1]) * (x.values[$1] - target.values[$1]) }
            / Double(sample.count)
    }
}

/// `dx = dloss · 2 (x − t) / count`
private func squaredErrorGradient(_ x: Tensor, _ target: Tensor, _ dLoss: Tensor) -> Tensor {
    var gradient = Tensor(shape: x.shape)
    for (n, sample) in samples(of: x).enumerated() {
        for index in sample {
            gradient.values[index] =
                dLoss.values[n] * 2 * (x.values[index] - target.values[index]) / Double(sample.count)
        }
    }
    return gradient
}

/// Per sample, the mean of `(1 + (w − 1) t) · softplus(−x) + (1 − t) · x`.
private func bceWithLogits(_ logits: Tensor, _ target: Tensor, positiveWeight: Double) -> Tensor {
    perSample(logits) { sample in
        var sum = 0.0
        for index in sample {
            let (x, t) = (logits.values[index], target.values[index])
            // softplus(−x) = log(1 + e^−x), without overflow for large −x.
            let softplus = max(-x, 0) + log1p(exp(-abs(x)))
            sum += (1 + (positiveWeight - 1) * t) * softplus + (1 - t) * x
        }
        return sum / Double(sample.count)
    }
}

/// `dx = dloss · ((1 − t) − (1 + (w − 1) t) · sigmoid(−x)) / count`
private func bceWithLogitsGradient(_ logits: Tensor, _ target: Tensor, _ dLoss: Tensor, positiveWeight: Double)
    -> Tensor
{
    var gradient = Tensor(shape: logits.shape)
    for (n, sample) in samples(of: logits).enumerated() {
        for index in sample {
            let (x, t) = (logits.values[index], target.values[index])
            let slope = (1 - t) - (1 + (positiveWeight - 1) * t) * sigmoid(-x)
            gradient.values[index] = dLoss.values[n] * slope / Double(sample.count)
        }
    }
    return gradient
}

/// The sums that the dice loss is made of, for one sample.
private struct DiceSums {
    /// `2 Σ p t + s`
    var numerator: Double
    /// `Σ p + Σ t + s`
    var denominator: Double

    init(_ logits: Tensor, _ target: Tensor, _ sample: Range<Int>, smooth: Double) {
        numerator = smooth
        denominator = smooth
        for index in sample {
            let (p, t) = (sigmoid(logits.values[index]), target.values[index])
            numerator += 2 * p * t
            denominator += p + t
        }
    }
}

/// Per sample, `1 − (2 Σ p t + s) / (Σ p + Σ t + s)` with `p = sigmoid(x)`.
private func diceLoss(_ logits: Tensor, _ target: Tensor, smooth: Double) -> Tensor {
    perSample(logits) { sample in
        let sums = DiceSums(logits, target, sample, smooth: smooth)
        return 1 - sums.numerator / sums.denominator
    }
}

/// `dx = dloss · (numerator − 2 t · denominator) / denominator² · p (1 − p)`
private func diceLossGradient(_ logits: Tensor, _ target: Tensor, _ dLoss: Tensor, smooth: Double) -> Tensor {
    var gradient = Tensor(shape: logits.shape)
    for (n, sample) in samples(of: logits).enumerated() {
        let sums = DiceSums(logits, target, sample, smooth: smooth)
        for index in sample {
            let (p, t) = (sigmoid(logits.values[index]), target.values[index])
            let slope = (sums.numerator - 2 * t * sums.denominator) / (sums.denominator * sums.denominator)
            gradient.values[index] = dLoss.values[n] * slope * p * (1 - p)
        }
    }
    return gradient
}

/// The places of each sample in a batched tensor's values.
private func samples(of tensor: Tensor) -> [Range<Int>] {
    let size = tensor.values.count / tensor.shape[0]
    return (0..<tensor.shape[0]).map { $0 * size..<($0 + 1) * size }
}

/// One number for each sample.
private func perSample(_ tensor: Tensor, _ loss: (Range<Int>) -> Double) -> Tensor {
    Tensor(shape: [tensor.shape[0]], values: samples(of: tensor).map(loss))
}
