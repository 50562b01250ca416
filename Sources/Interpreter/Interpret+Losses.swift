import GraphIR

/// A number per sample.
func sampleLoss(_ loss: SampleLoss, _ x: Tensor, _ target: Tensor) -> Tensor {
    let value = loss.value
    let losses = samples(of: x).map { sample in
        switch value {
        case .mean(let formula, _):
            return sample.reduce(0) { $0 + formula.value([x.values[$1], target.values[$1]]) } / Double(sample.count)
        case .overlap(let overlap):
            return OverlapSums(overlap, sample.map { (sigmoid(x.values[$0]), target.values[$0]) }).loss
        }
    }
    return Tensor(shape: [x.shape[0]], values: losses)
}

/// `dloss` of each sample times the loss's derivative.
func sampleLossGradient(_ loss: SampleLoss, _ x: Tensor, _ target: Tensor, _ dLoss: Tensor) -> Tensor {
    let value = loss.value
    var gradient = Tensor(shape: x.shape)
    for (n, sample) in samples(of: x).enumerated() {
        switch value {
        case .mean(_, let slope):
            for index in sample {
                gradient.values[index] =
                    dLoss.values[n] * slope.value([x.values[index], target.values[index]]) / Double(sample.count)
            }
        case .overlap(let overlap):
            let sums = OverlapSums(overlap, sample.map { (sigmoid(x.values[$0]), target.values[$0]) })
            for index in sample {
                let p = sigmoid(x.values[index])
                gradient.values[index] = dLoss.values[n] * sums.slope(p, target.values[index]) * p * (1 - p)
            }
        }
    }
    return gradient
}

/// The sums that an overlap is made of.
struct OverlapSums {
    private let overlap: Overlap
    /// `weight · Σ p t + s`
    private var numerator: Double
    /// `Σ total + s`
    private var denominator: Double

    /// Of probabilities and targets.
    init(_ overlap: Overlap, _ elements: [(p: Double, t: Double)]) {
        self.overlap = overlap
        (numerator, denominator) = (overlap.smooth, overlap.smooth)
        for (p, t) in elements {
            numerator += overlap.weight * p * t
            denominator += overlap.total.value([p, t])
        }
    }

    /// 0 where nothing is there to overlap.
    var loss: Double { denominator == 0 ? 0 : 1 - numerator / denominator }

    /// The loss differentiated by a probability `p`, where the target is `t`.
    func slope(_ p: Double, _ t: Double) -> Double {
        guard denominator != 0 else { return 0 }
        let total = overlap.totalSlope.value([p, t])
        return (numerator * total - overlap.weight * t * denominator) / (denominator * denominator)
    }
}

/// The places of each sample in a batched tensor's values.
private func samples(of tensor: Tensor) -> [Range<Int>] {
    let size = tensor.values.count / tensor.shape[0]
    return (0..<tensor.shape[0]).map { $0 * size..<($0 + 1) * size }
}
