import KernelIR

/// `mean over the sample of (1 − t) · x + (1 + (w − 1) · t) · (log(1 + e^(−|x|)) + max(−x, 0))`, PyTorch's stable form.
func bceWithLogits(_ request: KernelRequest, positiveWeight: Double) -> LoweredStep {
    meanOverSample(request, flops: 8) { x, t, width in
        let softplus =
            .unary(.logarithmOnePlus, .unary(.exponential, -.unary(.absolute, x)))
            + Expression.maximum(-x, splat(0, width))
        let weight = splat(1, width) + splat(.constant(positiveWeight - 1), width) * t
        return (splat(1, width) - t) * x + (positiveWeight == 1 ? softplus : weight * softplus)
    }
}

/// `dloss · ((1 − t) − (1 + (w − 1) · t) · (1 − sigmoid(x))) / count`, which is `dloss · (sigmoid(x) − t) / count` for
/// `w = 1`.
func bceWithLogitsGradient(_ request: KernelRequest, positiveWeight: Double) -> LoweredStep {
    meanOverSampleGradient(request, flops: 6) { x, t, width in
        let one = splat(1, width)
        let probability = sigmoid(x, width: width)
        return positiveWeight == 1
            ? probability - t
            : (one - t) - (one + splat(.constant(positiveWeight - 1), width) * t) * (one - probability)
    }
}
