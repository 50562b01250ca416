import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `conv_transpose(x, channels, kernel:, stride: 1, padding: 0, output_padding: 0, bias: true)`
    static let convTranspose = OperatorSignature(
        name: "conv_transpose", operands: .named(["x"]),
        arguments: [
            .positional("channels", .size, example: "64"),
            .required("kernel", .extent(minimum: 1), example: "kernel: 2"),
            .optional("stride", .extent(minimum: 1), .extent(Extent(1))),
            .optional("padding", .extent(minimum: 0), .extent(Extent(0))),
            .optional("output_padding", .extent(minimum: 0), .extent(Extent(0))),
            .optional("bias", .boolean, .boolean(true)),
        ],
        hasParameters: true, build: buildConvTranspose)
}

/// A transposed convolution is told as the convolution whose data gradient it computes: that one's input is our output.
private func buildConvTranspose(
    _ call: OperatorCall, _ builder: inout GraphBuilder
) throws(Diagnostic) -> NodeID {
    let arguments = call.arguments
    let (channels, size) = try call.featureMap()
    let kernel = arguments.extent("kernel")
    let stride = arguments.extent("stride")
    let padding = arguments.extent("padding")
    let outputPadding = arguments.extent("output_padding")
    guard outputPadding.height < stride.height, outputPadding.width < stride.width else {
        throw call.failure(
            "output_padding must be smaller than the stride, which is \(show(stride)), found \(show(outputPadding))",
            at: "output_padding")
    }
    let result = Extent(
        transposedSize(size.height, kernel.height, stride.height, padding.height, outputPadding.height),
        transposedSize(size.width, kernel.width, stride.width, padding.width, outputPadding.width))
    guard result.height > 0, result.width > 0 else {
        let input = call.operands[0]
        throw call.failure(
            "padding \(show(padding)) leaves nothing of the result, which would be \(result.height) x \(result.width)",
            at: "padding", notes: [call.note(input)], hint: "use less padding or a larger kernel")
    }

    let geometry = ConvGeometry(
        inputChannels: arguments.integer("channels"), input: result, outputChannels: channels, output: size,
        kernel: kernel, stride: stride, padding: Padding(padding), dilation: Extent(1), groups: 1)
    let inputs = try builder.weightAndBias(
        call, weight: geometry.weightType, biasSize: arguments.boolean("bias") ? geometry.inputChannels : nil)
    return try builder.result(.convTranspose(geometry), [call.operands[0].id] + inputs, of: call)
}

/// PyTorch's formula; arguments are bounded, so that it cannot overflow.
private func transposedSize(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ outputPadding: Int) -> Int {
    (size - 1) * stride - 2 * padding + kernel + outputPadding
}
