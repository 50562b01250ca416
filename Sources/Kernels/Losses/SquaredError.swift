import GraphIR
import KernelIR

/// `mean over the sample of (x − t)²`
func squaredError(_ request: KernelRequest) -> LoweredStep {
    let count = request.inputs[0].type.elementCount
    let kernel = perSampleKernel(
        request,
        body: [.declare("total", width: 1, 0)]
            + blockedSum(count: count, request) { index, width in
                let (x, t) = logitAndTarget(request, index, width)
                return (x - t) * (x - t)
            } + [.store("out", .task, .variable("total", width: 1) * .constant(1 / Double(count)))])
    return LoweredStep(
        request, kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: 3 * Double(count)))
}

/// `dloss · 2 (x − t) / count`
func squaredErrorGradient(_ request: KernelRequest) -> LoweredStep {
    let count = request.inputs[0].type.elementCount
    let kernel = elementTasks(request) { index, width in
        let x = Expression.load("in0", at(request.inputs[0], index), width: width)
        let t = Expression.load("in1", at(request.inputs[1], index), width: width)
        let factor = Expression.load("in2", .variable("n"), width: 1) * .constant(2 / Double(count))
        return [.store("out", at(request.result, index), splat(factor, width) * (x - t))]
    }
    return LoweredStep(
        request, kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: 2 * Double(count)))
}
