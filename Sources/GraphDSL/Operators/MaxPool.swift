import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `max_pool(x, kernel:, stride: kernel, padding: 0)`
    static let maxPool = OperatorSignature(
        name: "max_pool", operands: .named(["x"]),
        arguments: [
            .required("kernel", .extent(minimum: 1), example: "kernel: 2"),
            .derived("stride", .extent(minimum: 1)),
            .optional("padding", .extent(minimum: 0), .extent(Extent(0))),
        ],
        build: buildMaxPool)
}

private func buildMaxPool(_ call: OperatorCall, _ builder: inout GraphBuilder) throws(Diagnostic) -> NodeID {
    let (channels, size) = try call.featureMap()
    let kernel = call.arguments.extent("kernel")
    let padding = call.arguments.extent("padding")
    // More padding could leave windows that see no value at all.
    guard padding.height <= kernel.height / 2, padding.width <= kernel.width / 2 else {
        throw call.failure(
            "padding of \"max_pool\" must be at most half the kernel, which is \(show(kernel)), found \(show(padding))",
            at: "padding")
    }
    try requireWindowFits(call, size: size, kernel: kernel, dilation: Extent(1), padding: Padding(padding))
    try requireCompilableWindow(call, kernel)
    let geometry = PoolGeometry(
        channels: channels, input: size, kernel: kernel, stride: call.arguments.extent("stride", default: kernel),
        padding: Padding(padding))
    return try builder.result(.maxPool(geometry), [call.operands[0].id], of: call)
}

/// Kernels of pooling are written out tap by tap.
func requireCompilableWindow(_ call: OperatorCall, _ kernel: Extent) throws(Diagnostic) {
    let limit = 1_024
    guard kernel.area > limit else { return }
    throw call.failure(
        "the window of \"\(call.name)\" has \(kernel.height) x \(kernel.width) values, more than the \(limit) that "
            + "can be compiled", at: "kernel", hint: "pool several times with smaller windows")
}
