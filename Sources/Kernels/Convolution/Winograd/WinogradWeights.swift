import GraphIR
import KernelIR

/// Transforms all weights of a convolution into panels that the products stream through:
/// `[panel][product][channel][panel columns]`. A task makes one panel.
func winogradWeights(_ request: KernelRequest, _ shape: WinogradShape, panel: Int) -> LoweredStage {
    let width = request.target.vectorWidth
    let transform = WeightTransform(
        shape: shape, panel: panel, width: width, weight: "weight", buffer: 0)
    let first = Index.variable("first")
    let body = transform.statements(firstOutput: .task * Index(panel), firstChannel: first) {
        product, c, column, value in
        let row = (.task * Index(shape.products) + product) * Index(shape.channels) + first + c
        return .store("panels", row * Index(panel) + column, value)
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
            Buffer(name: "workspace", access: .workspace, extent: transform.extent),
        ],
        tasksFixed: shape.outputs / panel,
        body: [.loop("first", from: 0, to: Index(shape.channels), step: width, body)])
    return LoweredStage(kernel, algorithm: "winograd weights", operands: [.prepared, .input(1)])
}
