import GraphIR
import KernelIR

/// The first operand's value where the window of the second has the first of its largest values. A task is one channel, or
/// block of channels, of one sample.
func maxPick(_ request: KernelRequest, _ g: PoolGeometry) -> LoweredStep {
    let block = request.result.layout.block
    let blocks = g.channels / block
    let (n, c, y, x): (Index, Index, Index, Index) = (.variable("n"), .variable("c"), .variable("y"), .variable("x"))
    let (best, picked) = (Expression.variable("best", width: block), Expression.variable("picked", width: block))
    let map = request.inputs[0]
    let taps = eachTap(g) { row, column, inside in
        let element = (c * Index(g.input.area) + row * Index(g.input.width) + column) * Index(block)
        let candidate = Expression.load(request.searched.buffer, at(request.searched, element), width: block)
        let value = Expression.load(map.buffer, at(map, element), width: block)
        return inside([
            .assign("picked", .select(.greater, candidate, best, then: value, otherwise: picked)),
            .assign("best", .maximum(candidate, best)),
        ])
    }
    let element = (c * Index(g.output.area) + y * Index(g.output.width) + x) * Index(block)
    let stored = request.applyEpilogue(picked, sample: n, element: element, width: block)
    let window: [Statement] =
        [
            .declare("best", width: block, splat(.constant(-.infinity), block)),
            .declare("picked", width: block, splat(0, block)),
        ] + taps + [.store(.out, at(request.result, element), stored)]
    let algorithm = block == 1 ? "window loop" : "vector loop"
    let kernel = request.kernel(
        algorithm, tasksPerSample: blocks,
        body: [
            .letIndex("n", .task / Index(blocks)), .letIndex("c", .task % Index(blocks)),
            .loop(
                "y", from: 0, to: Index(g.output.height), step: 1,
                [.loop("x", from: 0, to: Index(g.output.width), step: 1, window)]),
        ])
    let flops = Double(g.channels * g.output.area * g.kernel.area)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: flops + request.epilogueFlops))
}
