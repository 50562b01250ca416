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
}

/// The algorithm for a convolution operator: a function of its shape and the target alone.
func convolutionAlgorithm(_ op: Op, target: Target, choice: ConvolutionChoice) -> ConvolutionAlgorithm {
    guard target.vectorWidth >= 4, choice != .gemm, let g = op.convGeometry, WinogradShape.applies(to: g),
        g.inputChannels % target.vectorWidth == 0, g.outputChannels % target.vectorWidth == 0
    else { return .gemm }
    switch choice {
    case .gemm: return .gemm
    case .winograd2: return .winograd(tile: 2)
    case .winograd4: return .winograd(tile: 4)
    case .auto: return min(g.inputChannels, g.outputChannels) >= 16 ? .winograd(tile: 4) : .gemm
    }
}

/// The layouts that the chosen algorithm works on; nil for row-major ones.
func convolutionDemand(_ op: Op, target: Target, choice: ConvolutionChoice, operandCount: Int) -> LayoutDemand? {
    guard convolutionAlgorithm(op, target: target, choice: choice) != .gemm else { return nil }
    let block = Layout.blocked(target.vectorWidth)
    switch op {
    case .convWeightGradient: return LayoutDemand(inputs: [block, block], result: .nchw)
    default:
        // The weight and the bias are no feature maps.
        return LayoutDemand(inputs: [block] + Array(repeating: .nchw, count: operandCount - 1), result: block)
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
