import GraphIR

/// Which algorithm computes convolutions: the best one for each, or one for all that it can compute.
public enum ConvolutionChoice: String, Hashable, Sendable, CaseIterable {
    case auto
    /// Products of unrolled windows, on row-major maps.
    case gemm
    /// Winograd's F(4 × 4, 3 × 3) wherever it applies.
    case winograd4
    /// Winograd's F(2 × 2, 3 × 3) wherever it applies.
    case winograd2
}

/// How one convolution, or one of its gradients, is computed.
enum ConvolutionAlgorithm: Hashable {
    case gemm
    /// Winograd's algorithm with output tiles of `tile × tile`.
    case winograd(tile: Int)
    /// Windows that tile the input, as products on blocked maps.
    case patch
    /// Few input channels, row-major; blocks of output channels.
    case narrowInput
    /// Blocks of input channels; few output channels, row-major.
    case narrowOutput
}

/// The algorithm for a convolution operator: a function of its shape and the target alone.
func convolutionAlgorithm(_ op: Op, target: Target, choice: ConvolutionChoice) -> ConvolutionAlgorithm {
    let width = target.vectorWidth
    guard width >= 4, choice != .gemm, let g = op.convGeometry else { return .gemm }
    if let tile = winogradTile(g, width: width, choice: choice) { return .winograd(tile: tile) }
    if PatchShape.applies(to: g, width: width) { return .patch }
    if NarrowOutput.applies(to: g, width: width) { return .narrowOutput }
    switch op {
    case .conv, .convWeightGradient: return NarrowInput.applies(to: g, width: width) ? .narrowInput : .gemm
    default: return .gemm
    }
}

/// The tile of Winograd's algorithm, where it applies and pays.
private func winogradTile(_ g: ConvGeometry, width: Int, choice: ConvolutionChoice) -> Int? {
    guard WinogradShape.applies(to: g), g.inputChannels % width == 0, g.outputChannels % width == 0 else { return nil }
    switch choice {
    case .gemm: return nil
    case .winograd2: return 2
    case .winograd4: return 4
    case .auto: return min(g.inputChannels, g.outputChannels) >= 16 ? 4 : nil
    }
}

/// The layouts that an algorithm works on; nil for row-major ones.
func convolutionDemand(
    _ op: Op, algorithm: ConvolutionAlgorithm, target: Target, operandCount: Int
) -> LayoutDemand? {
    let block = Layout.blocked(target.vectorWidth)
    // Of the convolution's maps, whichever way the operator goes.
    let (input, output): (Layout, Layout)
    switch algorithm {
    case .gemm: return nil
    case .winograd, .patch: (input, output) = (block, block)
    case .narrowInput: (input, output) = (.nchw, block)
    case .narrowOutput: (input, output) = (block, .nchw)
    }
    // The weight and the bias are no feature maps.
    let parameters = Array(repeating: Layout.nchw, count: operandCount - 1)
    switch op {
    case .convWeightGradient: return LayoutDemand(inputs: [output, input], result: .nchw)
    case .conv: return LayoutDemand(inputs: [input] + parameters, result: output)
    default: return LayoutDemand(inputs: [output] + parameters, result: input)
    }
}

extension Op {
    /// The geometry of a convolution or of one of its gradients.
    var convGeometry: ConvGeometry? {
        switch self {
        case .conv(let g), .convTranspose(let g), .convDataGradient(let g), .convWeightGradient(let g): g
        default: nil
        }
    }
}
