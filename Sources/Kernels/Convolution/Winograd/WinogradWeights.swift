import GraphIR
import KernelIR

/// Transforms all weights of a convolution into panels that the products stream through:
/// `[panel][product][channel][panel columns]`, of bf16 in words of two channels. A task makes one panel.
func winogradWeights(_ request: KernelRequest, _ shape: WinogradShape, panel: Int) -> LoweredStage {
    let width = request.target.vectorWidth
    let transform = WeightTransform(
        shape: shape, panel: panel, width: width, weight: .weight, buffer: 0)
    let first = Index.variable("first")
    let body = transform.statements(firstOutput: .task * Index(panel), firstChannel: first) {
        product, c, column, value in
        let word = (first + c) / Index(shape.factors.perWord)
        let row = (.task * Index(shape.products) + product) * Index(shape.words) + word
        return .store(.panels, row * Index(panel) + column, value)
    }
    var buffers = StageBuffers(preparing: shape.products * shape.words * shape.outputs, of: request)
    buffers.add(workspace: transform.extent)
    return LoweredStage(
        name: request.functionName + "_weights",
        documentation: [
            "\(request.node.name): transformed weights \(request.weight.type), F(\(shape.tile), 3), "
                + "in panels of \(panel) outputs"
        ],
        buffers, algorithm: "winograd weights", tasksFixed: shape.outputs / panel,
        body: [.loop("first", from: 0, to: Index(shape.channels), step: width, body)])
}
