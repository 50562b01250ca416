import GraphIR
import KernelIR

/// `1 − (2 Σ p t + s) / (Σ p + Σ t + s)` with `p = sigmoid(x)`, sums over the sample.
func diceLoss(_ request: KernelRequest, smooth: Double) -> LoweredStep {
    let count = request.inputs[0].type.elementCount
    let kernel = perSampleKernel(
        request,
        body: diceSums(request, count: count) + [
            .store("out", .task, 1 - numerator(smooth) / denominator(smooth))
        ])
    return LoweredStep(
        request, kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: 8 * Double(count)))
}

/// `dloss · (I / U² − 2 t / U) · p (1 − p)` with `I = 2 Σ p t + s` and `U = Σ p + Σ t + s`.
func diceLossGradient(_ request: KernelRequest, smooth: Double) -> LoweredStep {
    let count = request.inputs[0].type.elementCount
    let scalar = { (name: String) in Expression.variable(name, width: 1) }
    let gradient = vectorLoop("i", count: Index(count), width: request.vectorWidth(for: count)) { index, width in
        let (x, t) = logitAndTarget(request, index, width)
        let p = sigmoid(x, width: width)
        let slope = splat(scalar("common"), width) - splat(scalar("share"), width) * t
        return [
            .store("out", at(request.result, index, sample: .task), slope * p * (splat(1, width) - p))
        ]
    }
    let kernel = perSampleKernel(
        request,
        body: diceSums(request, count: count) + [
            .declare("inverse", width: 1, 1 / denominator(smooth)),
            .declare("dloss", width: 1, .load("in2", .task, width: 1)),
            .declare("common", width: 1, scalar("dloss") * numerator(smooth) * scalar("inverse") * scalar("inverse")),
            .declare("share", width: 1, 2 * scalar("dloss") * scalar("inverse")),
        ] + gradient)
    return LoweredStep(
        request, kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: 14 * Double(count)))
}

private func numerator(_ smooth: Double) -> Expression {
    2 * .variable("both", width: 1) + .constant(smooth)
}

private func denominator(_ smooth: Double) -> Expression {
    .variable("total", width: 1) + .constant(smooth)
}

/// `both = Σ p t` and `total = Σ (p + t)`.
private func diceSums(_ request: KernelRequest, count: Int) -> [Statement] {
    [.declare("both", width: 1, 0), .declare("total", width: 1, 0)]
        + blockedSum(count: count, request, into: "both") { index, width in
            let (x, t) = logitAndTarget(request, index, width)
            return sigmoid(x, width: width) * t
        }
        + blockedSum(count: count, request, into: "total") { index, width in
            let (x, t) = logitAndTarget(request, index, width)
            return sigmoid(x, width: width) + t
        }
}
