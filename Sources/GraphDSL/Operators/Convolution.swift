import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `conv(x, channels, kernel:, stride: 1, padding: 0 | same, dilation: 1, groups: 1, bias: true)`
    static let conv = OperatorSignature(
        name: "conv", operands: .named(["x"]),
        arguments: [
            .positional("channels", .size, example: "64"),
            .required("kernel", .extent(minimum: 1), example: "kernel: 3"),
            .optional("stride", .extent(minimum: 1), .extent(Extent(1))),
            .optional("padding", .padding, .extent(Extent(0))),
            .optional("dilation", .extent(minimum: 1), .extent(Extent(1))),
            .optional("groups", .size, .integer(1)),
            .optional("bias", .boolean, .boolean(true)),
        ],
        hasParameters: true, build: buildConvolution)
}

extension OperatorSignature {
    /// `linear(x, features, bias: true)`, of the channels of each position.
    static let linear = OperatorSignature(
        name: "linear", operands: .named(["x"]),
        arguments: [.positional("features", .size, example: "64"), .optional("bias", .boolean, .boolean(true))],
        hasParameters: true
    ) { call, builder throws(Diagnostic) in
        let (channels, size) = try call.featureMap()
        var geometry = ConvGeometry(
            inputChannels: channels, input: size, outputChannels: call.arguments.integer("features"), kernel: Extent(1))
        geometry.isLinear = true
        let inputs = try builder.weightAndBias(
            call, weight: geometry.weightType, biasSize: call.arguments.boolean("bias") ? geometry.outputChannels : nil)
        return try builder.result(.conv(geometry), [call.operands[0].id] + inputs, of: call)
    }
}

private func buildConvolution(
    _ call: OperatorCall, _ builder: inout GraphBuilder
) throws(Diagnostic) -> NodeID {
    let arguments = call.arguments
    let (channels, size) = try call.featureMap()
    let kernel = arguments.extent("kernel")
    let dilation = arguments.extent("dilation")
    let padding = try convolutionPadding(call, kernel: kernel, dilation: dilation)
    try requireDivisible(call, channels: channels, by: arguments.integer("groups", default: 1))
    try requireWindowFits(call, size: size, kernel: kernel, dilation: dilation, padding: padding)

    let geometry = ConvGeometry(
        inputChannels: channels, input: size, outputChannels: arguments.integer("channels"), kernel: kernel,
        stride: arguments.extent("stride"), padding: padding, dilation: dilation,
        groups: arguments.integer("groups", default: 1))
    let inputs = try builder.weightAndBias(
        call, weight: geometry.weightType, biasSize: arguments.boolean("bias") ? geometry.outputChannels : nil)
    return try builder.result(.conv(geometry), [call.operands[0].id] + inputs, of: call)
}

/// `same` puts the odd row or column at the end, as PyTorch does.
private func convolutionPadding(
    _ call: OperatorCall, kernel: Extent, dilation: Extent
) throws(Diagnostic) -> Padding {
    guard call.arguments.isSame("padding") else { return Padding(call.arguments.extent("padding")) }
    guard call.arguments.extent("stride") == Extent(1) else {
        throw call.failure(
            "padding \"same\" needs stride 1, found \(show(call.arguments.extent("stride")))", at: "padding",
            hint: "give the padding as a number: padding: \(max(kernel.height, kernel.width) / 2)")
    }
    let vertical = dilation.height * (kernel.height - 1)
    let horizontal = dilation.width * (kernel.width - 1)
    return Padding(
        top: vertical / 2, left: horizontal / 2, bottom: vertical - vertical / 2, right: horizontal - horizontal / 2)
}

private func requireDivisible(_ call: OperatorCall, channels: Int, by groups: Int) throws(Diagnostic) {
    let outputs = call.arguments.integer("channels")
    let hint = "groups must divide both channel counts"
    if channels % groups != 0 {
        let input = call.operands[0]
        throw call.failure(
            "\(channels) channels of \(input.description) cannot be split into \(groups) groups", at: "groups",
            notes: [call.note(input)], hint: hint)
    }
    if outputs % groups != 0 {
        throw call.failure(
            "\(outputs) output channels cannot be split into \(groups) groups", at: "groups", hint: hint)
    }
}

/// The window with its gaps must fit into the padded map at least once.
func requireWindowFits(
    _ call: OperatorCall, size: Extent, kernel: Extent, dilation: Extent, padding: Padding
) throws(Diagnostic) {
    let reach = Extent(dilation.height * (kernel.height - 1) + 1, dilation.width * (kernel.width - 1) + 1)
    let padded = Extent(size.height + padding.top + padding.bottom, size.width + padding.left + padding.right)
    guard reach.height > padded.height || reach.width > padded.width else { return }
    let input = call.operands[0]
    let reaches = dilation == Extent(1) ? "" : ", which reaches over \(reach.height) x \(reach.width),"
    let paddedText = padding == Padding(0) ? "" : " (\(padded.height) x \(padded.width) with padding)"
    throw call.failure(
        "kernel \(kernel.height) x \(kernel.width)\(reaches) does not fit into \(input.description), "
            + "which is \(size.height) x \(size.width)\(paddedText)",
        at: "kernel", notes: [call.note(input)], hint: "use a smaller kernel, more padding or a larger input")
}

/// `3` or `[1, 7]`, as it is written.
func show(_ extent: Extent) -> String {
    extent.height == extent.width ? "\(extent.height)" : "[\(extent.height), \(extent.width)]"
}
