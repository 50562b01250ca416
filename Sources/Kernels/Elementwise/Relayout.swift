import GraphIR
import KernelIR

/// Copies a feature map into another layout: between row-major and blocked ones, or between blocks of different sizes. A
/// task is one block of channels of one sample, of the larger block.
func relayout(_ request: KernelRequest) -> LoweredStep {
    let (source, result) = (request.inputs[0], request.result)
    let block = max(source.layout.block, result.layout.block)
    // Channels that lie side by side in both; row-major rows are copied float by float.
    let width = min(source.layout.block, result.layout.block)
    let plane = result.type.shape.dropFirst().reduce(1, *)
    let (pixel, lane): (Index, Index) = (.variable("pixel"), .variable("lane"))
    let place = { (operand: Operand) -> Index in
        let own = operand.layout.block
        let base = .variable("n") * Index(operand.sampleStride) + .variable("c") * Index(block * plane)
        let (outer, inner): (Index, Index) =
            own == block ? (0, lane) : (lane / Index(own) * Index(own * plane), lane % Index(own))
        return base + outer + pixel * Index(own) + inner
    }
    let copy = Statement.store(.out, place(result), .load(source.buffer, place(source), width: width))
    let blocks = result.type.shape[0] / block
    let pieces = 256
    let kernel = request.kernel(
        "copy", tasksPerSample: blocks,
        body: [
            .letIndex("n", .task / Index(blocks)), .letIndex("c", .task % Index(blocks)),
            .comment("a piece of each channel at a time, which stays in the first-level cache"),
            .loop(
                "start", from: 0, to: Index(plane), step: pieces,
                [
                    .loop(
                        "lane", from: 0, to: Index(block), step: width,
                        [
                            .loop(
                                "pixel", from: .variable("start"),
                                to: .minimum(.variable("start") + Index(pieces), Index(plane)), step: 1, [copy])
                        ])
                ]),
        ])
    return LoweredStep(kernel, work: Work(request))
}
