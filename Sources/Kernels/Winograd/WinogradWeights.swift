import GraphIR
import KernelIR

/// Transforms the weights of a convolution, `G g Gᵀ` for each pair of channels, into panels that the products stream
/// through: `[panel][product][channel][panel columns]`.
///
/// A task makes one panel; the weights of a panel's outputs are brought side by side first, so that the transform works
/// on whole vectors.
func winogradWeights(_ request: KernelRequest, _ shape: WinogradShape, panel: Int) -> LoweredStage {
    let width = request.target.vectorWidth
    let gathered = 9 * panel
    let transform = TileTransform(
        matrix: shape.matrices.filterTransform, width: width, buffer: "workspace", middle: gathered)
    let (c, lane, tap, q): (Index, Index, Index, Index) = (
        .variable("c"), .variable("lane"), .variable("tap"), .variable("q")
    )
    let output = .task * Index(panel) + lane
    let source =
        shape.isGradient
        ? (c * Index(shape.outputs) + output) * 9 + (8 - tap)
        : (output * Index(shape.channels) + c) * 9 + tap
    let gather = Statement.loop(
        "lane", from: 0, to: Index(panel), step: 1,
        [
            .loop(
                "tap", from: 0, to: 9, step: 1,
                [.store("workspace", tap * Index(panel) + lane, .load("weight", source, width: 1))])
        ])
    let vectors = transform.statements { row, column in
        .load("workspace", (row * 3 + column) * Index(panel) + q * Index(width), width: width)
    } store: { row, column, value in
        let product = row * Index(shape.points) + Index(column)
        let at =
            ((.task * Index(shape.products) + product) * Index(shape.channels) + c) * Index(panel) + q * Index(width)
        return [.store("panels", at, value)]
    }
    let kernel = Kernel(
        name: request.functionName + "_weights",
        documentation: [
            "\(request.node.name): transformed weights \(request.inputs[1].type), F(\(shape.tile), 3), "
                + "in panels of \(panel) outputs"
        ],
        buffers: [
            Buffer(name: "panels", access: .write, extent: shape.products * shape.channels * shape.outputs),
            Buffer(
                name: "weight", access: .read, extent: 9 * shape.channels * shape.outputs,
                comment: "\(request.inputs[1].name) \(request.inputs[1].type)"),
            Buffer(name: "workspace", access: .workspace, extent: gathered + transform.middleExtent),
        ],
        tasksFixed: shape.outputs / panel,
        body: [
            .loop(
                "c", from: 0, to: Index(shape.channels), step: 1,
                [gather, .loop("q", from: 0, to: Index(panel / width), step: 1, vectors)])
        ])
    return LoweredStage(kernel, algorithm: "winograd weights", operands: [.scratch, .input(1)])
}
