import GraphIR
import KernelIR

extension KernelRequest {
    /// Of a loss: what the net says, what is right, and of its gradient the gradient of each sample's loss.
    var logits: Operand { inputs[0] }
    var truth: Operand { inputs[1] }
    var lossGradient: Operand { inputs[2] }
}

/// A loss that makes a number per sample.
func sampleLoss(_ request: KernelRequest, _ loss: SampleLoss) -> LoweredStep {
    switch loss.value {
    case .mean(let formula, _): meanOverSample(request, formula)
    case .overlap(let overlap): overlapLoss(request, overlap)
    }
}

/// Its gradient with respect to the map.
func sampleLossGradient(_ request: KernelRequest, _ loss: SampleLoss) -> LoweredStep {
    switch loss.value {
    case .mean(_, let slope): meanOverSampleGradient(request, slope)
    case .overlap(let overlap): overlapLossGradient(request, overlap)
    }
}

/// The mean over the sample of a formula of the map's and the target's values.
private func meanOverSample(_ request: KernelRequest, _ formula: Formula) -> LoweredStep {
    let count = request.logits.type.elementCount
    let kernel = perSampleKernel(
        request,
        body: [.declare("total", width: 1, 0)]
            + blockedSum(count: count, request) { index, width in
                formula.expression(logitAndTarget(request, index, width), width: width)
            } + [.store(.out, .task, .variable("total", width: 1) * .constant(1 / Double(count)))])
    let flops = (flops(of: formula) + 1) * Double(count)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: flops))
}

/// Its gradient: `dloss · slope / count` at each element. A constant factor of the slope goes with the count.
private func meanOverSampleGradient(_ request: KernelRequest, _ slope: Formula) -> LoweredStep {
    let count = request.logits.type.elementCount
    let (factor, slope): (Double, Formula) =
        if case .binary(.multiply, .constant(let factor), let rest) = slope { (factor, rest) } else { (1, slope) }
    let kernel = elementTasks(request) { index, width in
        let elements = logitAndTarget(request, index, width, sample: .variable("n"))
        let share =
            Expression.load(request.lossGradient.buffer, .variable("n"), width: 1) * .constant(factor / Double(count))
        let value = splat(share, width) * slope.expression(elements, width: width)
        return [.store(.out, at(request.result, index), value)]
    }
    let flops = (flops(of: slope) + 1) * Double(count)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: flops))
}

/// Pieces that losses share: each makes one number per sample, a task a sample.
func perSampleKernel(_ request: KernelRequest, body: [Statement]) -> LoweredStage {
    request.kernel(
        "vector loop", tasksPerSample: 1, body: body)
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
) -> [Expression] {
    [request.logits, request.truth].map { .load($0.buffer, at($0, index, sample: sample), width: width) }
}

/// The mean over the samples of the batch.
func batchMean(_ request: KernelRequest) -> LoweredStep {
    let n = Index.variable("n")
    let kernel = request.kernel(
        "loop", tasksFixed: 1,
        body: [
            .declare("total", width: 1, 0),
            .loop(
                "n", from: 0, to: .batch, step: 1,
                [.assign("total", .variable("total", width: 1) + .load(request.inputs[0].buffer, n, width: 1))]),
            .store(.out, 0, .variable("total", width: 1) / .number(.batch)),
        ])
    return LoweredStep(kernel.ofBatch(), work: Work(request, flopsPerSample: 1))
}

/// The mean's gradient: an equal share for each sample of the batch.
func batchMeanGradient(_ request: KernelRequest) -> LoweredStep {
    let kernel = request.kernel(
        "loop", tasksPerSample: 1,
        body: [.store(.out, .task, .load(request.inputs[0].buffer, 0, width: 1) / .number(.batch))])
    return LoweredStep(kernel.ofBatch(), work: Work(request, flopsPerSample: 1))
}
