import GraphIR
import KernelIR

/// Copies a feature map into another layout: between row-major and blocked ones. A task is one block of channels of one
/// sample.
func relayout(_ request: KernelRequest) -> LoweredStep {
    let (source, result) = (request.inputs[0], request.result)
    let block = max(source.layout.block, result.layout.block)
    let plane = result.type.shape.dropFirst().reduce(1, *)
    let (pixel, lane): (Index, Index) = (.variable("pixel"), .variable("lane"))
    let base = { (operand: Operand) -> Index in
        .variable("n") * Index(operand.sampleStride) + .variable("c") * Index(block * plane)
    }
    let rowMajor = lane * Index(plane) + pixel
    let blocked = pixel * Index(block) + lane
    let isPacking = source.layout == .nchw
    let copy = Statement.store(
        "out", base(result) + (isPacking ? blocked : rowMajor),
        .load("in0", base(source) + (isPacking ? rowMajor : blocked), width: 1))
    let blocks = result.type.shape[0] / block
    let pieces = 256
    let kernel = Kernel(
        name: request.functionName, documentation: request.documentation("copy"), buffers: request.buffers(),
        tasksPerSample: blocks,
        body: [
            .letIndex("n", .task / Index(blocks)), .letIndex("c", .task % Index(blocks)),
            .comment("a piece of each channel at a time, which stays in the first-level cache"),
            .loop(
                "start", from: 0, to: Index(plane), step: pieces,
                [
                    .loop(
                        "lane", from: 0, to: Index(block), step: 1,
                        [
                            .loop(
                                "pixel", from: .variable("start"),
                                to: .minimum(.variable("start") + Index(pieces), Index(plane)), step: 1, [copy])
                        ])
                ]),
        ])
    return LoweredStep(request, kernel, algorithm: "copy", work: Work(request))
}
