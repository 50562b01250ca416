import GraphIR
import KernelIR

/// The mean over all positions of the batch that count: the samples' first sums by their second ones, 0 where none does.
func ratio(_ request: KernelRequest) -> LoweredStep {
    ratioKernel(request, [.store(.out, 0, whereDividing(total("a") / total("b")))])
}

/// Its gradient: `d / b` and `−d · a / b²` for every sample.
func ratioGradient(_ request: KernelRequest) -> LoweredStep {
    let d = request.inputs[1]
    let share = Expression.variable("share", width: 1)
    let sample = Index.variable("n")
    return ratioKernel(
        request,
        [
            .declare("share", width: 1, whereDividing(.load(d.buffer, 0, width: 1) / total("b"))),
            .declare("slope", width: 1, whereDividing(-share * total("a") / total("b"))),
            .loop(
                "n", from: 0, to: .batch, step: 1,
                [
                    .store(.out, at(request.result, 0, sample: sample), share),
                    .store(.out, at(request.result, 1, sample: sample), .variable("slope", width: 1)),
                ]),
        ])
}

/// One task that sums over the samples of this call, and goes on with `finish`.
private func ratioKernel(_ request: KernelRequest, _ finish: [Statement]) -> LoweredStep {
    let sums = request.inputs[0]
    let add = ["a", "b"].enumerated().map { which, name in
        Statement.assign(
            name, total(name) + .load(sums.buffer, at(sums, Index(which), sample: .variable("m")), width: 1))
    }
    let kernel = request.kernel(
        "loop", tasksFixed: 1,
        body: [.declare("a", width: 1, 0), .declare("b", width: 1, 0)]
            + [.loop("m", from: 0, to: .batch, step: 1, add)] + finish)
    return LoweredStep(kernel.ofBatch(), work: Work(request, flopsPerSample: 2))
}

private func total(_ name: String) -> Expression { .variable(name, width: 1) }

/// `value`, or 0 where it would be divided by zero.
private func whereDividing(_ value: Expression) -> Expression {
    .select(.equal, total("b"), 0, then: 0, otherwise: value)
}
