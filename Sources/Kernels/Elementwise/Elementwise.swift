import GraphIR
import KernelIR

/// Elements of a sample that one task handles: enough to be worth a thread's while, small enough to share out.
private let elementsPerTask = 16_384

/// A loop over the elements of one sample, cut into tasks: `element(index, width)` stores at `index`.
///
/// Binds `n`, the sample, and visits every element once. For values that are not batched there is one sample.
func elementTasks(_ request: KernelRequest, element: (Index, Int) -> [Statement]) -> LoweredStage {
    let count = request.result.type.elementCount
    let blocks = max(1, ceilingDivide(count, elementsPerTask))
    let width = request.vectorWidth(for: count)
    let perTask = ceilingDivide(ceilingDivide(count, blocks), request.target.vectorWidth) * request.target.vectorWidth
    let start = Index.variable("start")
    let loop = vectorLoop("i", count: .minimum(Index(perTask), Index(count) - start), width: width) {
        element(start + $0, $1)
    }
    let tasks = max(1, ceilingDivide(count, perTask))
    return request.kernel(
        "vector loop", tasksPerSample: request.result.type.isBatched ? tasks : 0,
        tasksFixed: request.result.type.isBatched ? 0 : tasks,
        body: [
            .letIndex("n", .task / Index(tasks)),
            .letIndex("start", .task % Index(tasks) * Index(perTask)),
        ] + loop)
}

/// The result's or an input's element: `index` counts from the sample's first one.
func at(_ operand: Operand, _ index: Index, sample: Index = .variable("n")) -> Index {
    sample * Index(operand.sampleStride) + index
}

/// An elementwise function that was not fused into its producer.
func elementwise(_ request: KernelRequest, _ function: Elementwise) -> LoweredStep {
    let kernel = elementTasks(request) { index, width in
        let loaded = request.inputs.map { Expression.load($0.buffer, at($0, index), width: width) }
        let value = request.applyEpilogue(
            request.apply(function, loaded, sample: .variable("n"), element: index, width: width),
            sample: .variable("n"), element: index, width: width)
        return [.store(.out, at(request.result, index), value)]
    }
    let count = Double(request.result.type.elementCount)
    return LoweredStep(
        kernel, work: Work(request, flopsPerSample: flops(of: function.formula) * count + request.epilogueFlops))
}

/// The number one, which differentiation starts from.
func fillOne(_ request: KernelRequest) -> LoweredStep {
    let kernel = request.kernel(
        "constant", tasksFixed: 1, body: [.store(.out, 0, 1)])
    return LoweredStep(kernel, work: Work(request))
}
