import GraphIR
import KernelIR

/// `mean over the sample of (1 − t) · x + (1 + (w − 1) · t) · (log(1 + e^(−|x|)) + max(−x, 0))`, PyTorch's stable form.
func bceWithLogits(_ request: KernelRequest, positiveWeight: Double) -> LoweredStep {
    let count = request.inputs[0].type.elementCount
    let kernel = perSampleKernel(
        request,
        body: [.declare("total", width: 1, 0)]
            + blockedSum(count: count, request) { index, width in
                let (x, t) = logitAndTarget(request, index, width)
                let softplus =
                    .unary(.logarithmOnePlus, .unary(.exponential, -.unary(.absolute, x)))
                    + Expression.maximum(-x, splat(0, width))
                let weight = splat(1, width) + splat(.constant(positiveWeight - 1), width) * t
                return (splat(1, width) - t) * x + (positiveWeight == 1 ? softplus : weight * softplus)
            } + [.store("out", .task, .variable("total", width: 1) * .constant(1 / Double(count)))])
    return LoweredStep(
        request, kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: 8 * Double(count)))
}

/// `dloss · ((1 − t) − (1 + (w − 1) · t) · (1 − sigmoid(x))) / count`, which is `dloss · (sigmoid(x) − t) / count` for
/// `w = 1`.
func bceWithLogitsGradient(_ request: KernelRequest, positiveWeight: Double) -> LoweredStep {
    let count = request.inputs[0].type.elementCount
    let kernel = elementTasks(request) { index, width in
        let n = Index.variable("n")
        let x = Expression.load("in0", at(request.inputs[0], index), width: width)
        let t = Expression.load("in1", at(request.inputs[1], index), width: width)
        let factor = Expression.load("in2", n, width: 1) * .constant(1 / Double(count))
        let one = splat(1, width)
        let probability = apply(.sigmoid, [x], width: width)
        let slope =
            positiveWeight == 1
            ? probability - t
            : (one - t) - (one + splat(.constant(positiveWeight - 1), width) * t) * (one - probability)
        return [.store("out", at(request.result, index), splat(factor, width) * slope)]
    }
    return LoweredStep(
        request, kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: 6 * Double(count)))
}
