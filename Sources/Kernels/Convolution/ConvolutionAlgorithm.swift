import GraphIR
import Programs

/// The algorithms that can compute a convolution operator for a target, in the order in which ties are broken; none for
/// other operators.
public func convolutionCandidates(_ op: Op, target: Target) -> [ConvolutionAlgorithm] {
    ConvolutionAlgorithm.all.filter { $0.vectors(for: op, on: target) != nil }
}

extension ConvolutionAlgorithm {
    /// The target with the vectors that the algorithm uses for an operator: the widest that divide the channels of the
    /// maps which it keeps blocked. Nil where it cannot compute the operator.
    func vectors(for op: Op, on target: Target) -> Target? {
        guard let g = op.convGeometry else { return nil }
        guard self != .gemm else { return target }
        let widths = [16, 8, 4].filter { $0 <= target.vectorWidth }
        return widths.first { applies(to: op, g, width: $0) }.map { target.withVectors(of: $0) }
    }

    private func applies(to op: Op, _ g: ConvGeometry, width: Int) -> Bool {
        switch self {
        case .gemm: return true
        case .patch: return PatchShape.applies(to: g, width: width)
        case .narrowOutput: return NarrowOutput.applies(to: g, width: width)
        case .direct: return directApplies(to: g, width: width)
        case .winograd:
            return WinogradShape.applies(to: g) && g.inputChannels % width == 0 && g.outputChannels % width == 0
        case .narrowInput:
            switch op {
            case .conv, .convWeightGradient: return NarrowInput.applies(to: g, width: width)
            default: return false
            }
        }
    }

    /// The layouts that the algorithm works on, row-major ones where it cannot compute the operator.
    func demand(_ op: Op, target: Target, operandCount: Int) -> LayoutDemand {
        let block = Layout.blocked(vectors(for: op, on: target)?.vectorWidth ?? 1)
        // Of the convolution's maps, whichever way the operator goes.
        let (input, output): (Layout, Layout) =
            switch self {
            case .gemm: (.nchw, .nchw)
            case .winograd, .patch, .direct: (block, block)
            case .narrowInput: (.nchw, block)
            case .narrowOutput: (block, .nchw)
            }
        // The weight and the bias are no feature maps.
        let parameters = Array(repeating: Layout.nchw, count: operandCount - 1)
        switch op {
        case .convWeightGradient: return LayoutDemand(inputs: [output, input], result: .nchw)
        case .conv: return LayoutDemand(inputs: [input] + parameters, result: output)
        default: return LayoutDemand(inputs: [output] + parameters, result: input)
        }
    }
}

extension ConvGeometry {
    /// All that tells one geometry from another, as text: `16x64x64 to 32x64x64, kernel 3x3, …`.
    var key: String {
        let pad = [padding.top, padding.left, padding.bottom, padding.right].map(String.init).joined(separator: " ")
        return "\(inputChannels)x\(input.height)x\(input.width) to \(outputChannels)x\(output.height)x\(output.width), "
            + "kernel \(kernel.height)x\(kernel.width), stride \(stride.height)x\(stride.width), padding \(pad), "
            + "dilation \(dilation.height)x\(dilation.width), groups \(groups)"
    }
}
