import GraphIR
import KernelIR

/// `1 − (w Σ p t + s) / (Σ total + s)` with `p = sigmoid(x)`, sums over the sample.
func overlapLoss(_ request: KernelRequest, _ overlap: Overlap) -> LoweredStep {
    let count = request.logits.type.elementCount
    let kernel = perSampleKernel(
        request,
        body: overlap.sums(request, count: count) { probabilityAndTarget(request, $0, $1) } + [
            .store(.out, .task, 1 - overlap.numerator / overlap.denominator)
        ])
    return LoweredStep(kernel, work: Work(request, flopsPerSample: (overlap.flopsOfSums + 8) * Double(count)))
}

/// `dloss · (N / D² · total' − w t / D) · p (1 − p)` with `N = w Σ p t + s` and `D = Σ total + s`.
func overlapLossGradient(_ request: KernelRequest, _ overlap: Overlap) -> LoweredStep {
    let count = request.logits.type.elementCount
    let gradient = vectorLoop("i", count: Index(count), width: request.vectorWidth(for: count)) { index, width in
        let elements = probabilityAndTarget(request, index, width)
        let value = overlap.slope(elements, width) * elements[0] * (splat(1, width) - elements[0])
        return [.store(.out, at(request.result, index, sample: .task), value)]
    }
    let kernel = perSampleKernel(
        request,
        body: overlap.sums(request, count: count) { probabilityAndTarget(request, $0, $1) } + [
            .declare("inverse", width: 1, 1 / overlap.denominator),
            .declare("dloss", width: 1, .load(request.lossGradient.buffer, .task, width: 1)),
        ] + overlap.factors + gradient)
    return LoweredStep(
        kernel, work: Work(request, flopsPerSample: (overlap.flopsOfSums + overlap.flopsOfSlope + 11) * Double(count)))
}

/// The logit as a probability, and the target.
private func probabilityAndTarget(_ request: KernelRequest, _ index: Index, _ width: Int) -> [Expression] {
    let elements = logitAndTarget(request, index, width)
    return [Formula.unary(.sigmoid, .operand(0)).expression(elements, width: width), elements[1]]
}

/// The pieces of an overlap's kernels: variables `both = Σ p t` and `total = Σ total`, and what is made of them.
extension Overlap {
    var numerator: Expression {
        let both = Expression.variable("both", width: 1)
        return (weight == 1 ? both : .constant(weight) * both) + .constant(smooth)
    }

    var denominator: Expression { .variable("total", width: 1) + .constant(smooth) }

    /// Adds up `both` and `total` over `count` elements.
    /// - Parameter elements: probability and target.
    func sums(_ request: KernelRequest, count: Int, elements: (Index, Int) -> [Expression]) -> [Statement] {
        let both = Formula.operand(0) * .operand(1)
        return [.declare("both", width: 1, 0), .declare("total", width: 1, 0)]
            + [("both", both), ("total", total)].flatMap { name, formula in
                blockedSum(count: count, request, into: name) { index, width in
                    formula.expression(elements(index, width), width: width)
                }
            }
    }

    /// Variables `common = dloss · N / D²` and `share = dloss · w / D`, made of `dloss` and `inverse = 1 / D`.
    var factors: [Statement] {
        let (dloss, inverse) = (Expression.variable("dloss", width: 1), Expression.variable("inverse", width: 1))
        return [
            .declare("common", width: 1, dloss * numerator * inverse * inverse),
            .declare("share", width: 1, (weight == 1 ? dloss : .constant(weight) * dloss) * inverse),
        ]
    }

    /// `dloss · (N / D² · total' − w t / D)`
    func slope(_ elements: [Expression], _ width: Int) -> Expression {
        let factor = { (name: String) in splat(.variable(name, width: 1), width) }
        let common =
            totalSlope == 1 ? factor("common") : factor("common") * totalSlope.expression(elements, width: width)
        return common - factor("share") * elements[1]
    }

    var flopsOfSums: Double { 2 + flops(of: total) }
    var flopsOfSlope: Double { 3 + flops(of: totalSlope) }
}
