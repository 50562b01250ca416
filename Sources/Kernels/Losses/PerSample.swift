import GraphIR
import KernelIR

/// A loss that makes a number per sample.
func sampleLoss(_ request: KernelRequest, _ loss: SampleLoss) -> LoweredStep {
    switch loss {
    case .bceWithLogits(let weight): bceWithLogits(request, positiveWeight: weight)
    case .dice(let smooth): diceLoss(request, smooth: smooth)
    case .squaredError: squaredError(request)
    }
}

/// Its gradient with respect to the map.
func sampleLossGradient(_ request: KernelRequest, _ loss: SampleLoss) -> LoweredStep {
    switch loss {
    case .bceWithLogits(let weight): bceWithLogitsGradient(request, positiveWeight: weight)
    case .dice(let smooth): diceLossGradient(request, smooth: smooth)
    case .squaredError: squaredErrorGradient(request)
    }
}

/// The mean over the sample of a function of the map's and the target's values, which takes `flops` operations.
func meanOverSample(
    _ request: KernelRequest, flops: Double, value: (_ x: Expression, _ t: Expression, _ width: Int) -> Expression
) -> LoweredStep {
    let count = request.inputs[0].type.elementCount
    let kernel = perSampleKernel(
        request,
        body: [.declare("total", width: 1, 0)]
            + blockedSum(count: count, request) { index, width in
                let (x, t) = logitAndTarget(request, index, width)
                return value(x, t, width)
            } + [.store("out", .task, .variable("total", width: 1) * .constant(1 / Double(count)))])
    return LoweredStep(
        request, kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: flops * Double(count)))
}

/// Its gradient: `dloss · slope · factor / count` at each element.
func meanOverSampleGradient(
    _ request: KernelRequest, factor: Double = 1, flops: Double,
    slope: (_ x: Expression, _ t: Expression, _ width: Int) -> Expression
) -> LoweredStep {
    let count = request.inputs[0].type.elementCount
    let kernel = elementTasks(request) { index, width in
        let (x, t) = logitAndTarget(request, index, width, sample: .variable("n"))
        let share = Expression.load("in2", .variable("n"), width: 1) * .constant(factor / Double(count))
        return [.store("out", at(request.result, index), splat(share, width) * slope(x, t, width))]
    }
    return LoweredStep(
        request, kernel, algorithm: "vector loop", work: Work(request, flopsPerSample: flops * Double(count)))
}

/// Pieces that losses share: each makes one number per sample, a task a sample.
func perSampleKernel(_ request: KernelRequest, body: [Statement]) -> Kernel {
    Kernel(
        name: request.functionName, documentation: request.documentation("vector loop"), buffers: request.buffers(),
        tasksPerSample: 1, body: body)
}

/// Adds the sum of `value` over `count` elements to a variable, in pieces whose sums are added up, so that rounding does
/// not grow with the picture.
func blockedSum(
    count: Int, _ request: KernelRequest, into total: String = "total", value: (Index, Int) -> Expression
) -> [Statement] {
    let piece = min(count, 4096)
    let start = Index.variable("start")
    return [
        .loop(
            "start", from: 0, to: Index(count), step: piece,
            sumLoop(
                count: .minimum(Index(piece), Index(count) - start), width: request.vectorWidth(for: count),
                into: total
            ) { value(start + $0, $1) })
    ]
}

/// The map's and the target's value at an element of a sample, which is the task's where a task is a sample.
func logitAndTarget(
    _ request: KernelRequest, _ index: Index, _ width: Int, sample: Index = .task
) -> (Expression, Expression) {
    let load = { (input: Int) in
        Expression.load("in\(input)", at(request.inputs[input], index, sample: sample), width: width)
    }
    return (load(0), load(1))
}

/// The mean over the samples of this call.
func batchMean(_ request: KernelRequest) -> LoweredStep {
    let n = Index.variable("n")
    let kernel = Kernel(
        name: request.functionName, documentation: request.documentation("loop"), buffers: request.buffers(),
        tasksFixed: 1,
        body: [
            .declare("total", width: 1, 0),
            .loop(
                "n", from: 0, to: .batch, step: 1,
                [.assign("total", .variable("total", width: 1) + .load("in0", n, width: 1))]),
            .store("out", 0, .variable("total", width: 1) / .number(.batch)),
        ])
    return LoweredStep(request, kernel, algorithm: "loop", work: Work(request, flopsPerSample: 1))
}

/// The mean's gradient: an equal share for each sample of this call.
func batchMeanGradient(_ request: KernelRequest) -> LoweredStep {
    let kernel = Kernel(
        name: request.functionName, documentation: request.documentation("loop"), buffers: request.buffers(),
        tasksPerSample: 1, body: [.store("out", .task, .load("in0", 0, width: 1) / .number(.batch))])
    return LoweredStep(request, kernel, algorithm: "loop", work: Work(request, flopsPerSample: 1))
}
