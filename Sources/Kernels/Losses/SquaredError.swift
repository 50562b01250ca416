import KernelIR

/// `mean over the sample of (x − t)²`
func squaredError(_ request: KernelRequest) -> LoweredStep {
    meanOverSample(request, flops: 3) { x, t, _ in (x - t) * (x - t) }
}

/// `dloss · 2 (x − t) / count`
func squaredErrorGradient(_ request: KernelRequest) -> LoweredStep {
    meanOverSampleGradient(request, factor: 2, flops: 2) { x, t, _ in x - t }
}
