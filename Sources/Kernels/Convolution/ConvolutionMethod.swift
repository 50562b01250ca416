import Base
import GraphIR
import KernelIR

/// One of the functions that belong to a convolution, as algorithms tell them apart.
enum ConvolutionProduct {
    case forward
    /// The gradient with respect to the input, and the transposed convolution, which is the same function.
    case dataGradient
    case weightGradient
}

extension Op {
    /// Nil for operators that are no convolutions.
    var convolutionProduct: ConvolutionProduct? {
        switch self {
        case .conv: .forward
        case .convTranspose, .convDataGradient: .dataGradient
        case .convWeightGradient: .weightGradient
        default: nil
        }
    }
}

/// All that is asked of an algorithm that computes convolutions: each has a folder of its own, with one type that conforms.
///
/// No member has a default, so that whoever adds an algorithm is asked for all of them.
protocol ConvolutionMethod: Sendable {
    typealias Lowering = (KernelRequest, ConvGeometry) -> LoweredStep

    /// Which of a convolution's maps lie in blocks of channels; the others are row-major.
    var blocksInput: Bool { get }
    var blocksOutput: Bool { get }

    /// Whether it computes the convolution on maps in blocks of `width` channels.
    func applies(to g: ConvGeometry, width: Int) -> Bool

    /// The kernels of each product; nil for one that it does not compute.
    var forward: Lowering? { get }
    var dataGradient: Lowering? { get }
    var weightGradient: Lowering? { get }

    /// Whether it can multiply words of two bf16 (`Expression.pairDot`) in the place of floats.
    func multipliesPairs(_ product: ConvolutionProduct) -> Bool

    /// Whether its kernel for `host` makes the value of `companion` beside its own, where the graph allows that.
    func makes(_ companion: Op, beside host: Op) -> Bool

    /// The time that a product takes on one core, in nanoseconds.
    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double

    /// What the bits of a result depend on, along one axis of the map.
    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach

    /// By how much rounding errors of its results exceed those of the plain sum of products, for random data of mean zero.
    func errorGrowth(_ product: ConvolutionProduct) -> Double
}

/// What the bits of a convolution's result depend on.
enum ConvolutionReach {
    case positions(AxisReach)
    /// All of the map, for the reason given.
    case wholeMap(String)
}

extension ConvolutionReach {
    /// Each result alone, of the positions that it is the sum of.
    static func sum(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        let span = (g.kernel.along(axis) - 1) * g.dilation.along(axis) + 1
        let (stride, padding) = (g.stride.along(axis), g.padding.before(axis))
        return .positions(
            product == .forward
                ? .window(span: span, stride: stride, padding: padding)
                : .spread(span: span, stride: stride, padding: padding))
    }
}

// MARK: What follows

extension ConvolutionMethod {
    /// Whether all maps are row-major.
    var isRowMajor: Bool { !blocksInput && !blocksOutput }

    /// The kernels of an operator; nil for one that it does not compute.
    func lowering(of op: Op) -> Lowering? {
        switch op.convolutionProduct {
        case .forward: forward
        case .dataGradient: dataGradient
        case .weightGradient: weightGradient
        case nil: nil
        }
    }

    /// The target with the vectors that the algorithm uses for an operator: the widest that divide the channels of the
    /// maps which it keeps blocked. Nil where it cannot compute the operator.
    func vectors(for op: Op, on target: Target) -> Target? {
        guard let g = op.convGeometry, lowering(of: op) != nil else { return nil }
        guard !isRowMajor else { return applies(to: g, width: target.vectorWidth) ? target : nil }
        let widths = [16, 8, 4].filter { $0 <= target.vectorWidth }
        return widths.first { applies(to: g, width: $0) }.map { target.withVectors(of: $0) }
    }

    /// The layouts that the algorithm works on, row-major ones where it cannot compute the operator.
    func demand(_ op: Op, target: Target, operandCount: Int) -> LayoutDemand {
        let block = Layout.blocked(vectors(for: op, on: target)?.vectorWidth ?? 1)
        // Of the convolution's maps, whichever way the operator goes.
        let input = blocksInput ? block : .nchw
        let output = blocksOutput ? block : .nchw
        // The weight and the bias are no feature maps.
        let parameters = Array(repeating: Layout.nchw, count: operandCount - 1)
        switch op {
        case .convWeightGradient: return LayoutDemand(inputs: [output, input], result: .nchw)
        case .conv: return LayoutDemand(inputs: [input] + parameters, result: output)
        default: return LayoutDemand(inputs: [output] + parameters, result: input)
        }
    }

    /// What it multiplies for an operator of a net in that precision.
    func factors(of op: Op, in precision: ElementType) -> ElementType {
        guard let product = op.convolutionProduct, precision == .bfloat16 else { return .float32 }
        return multipliesPairs(product) ? .bfloat16 : .float32
    }

    /// The time that an operator takes on one core; 0 for those that are no convolutions.
    func milliseconds(_ op: Op, _ cost: ConvolutionCost) -> Double {
        guard let g = op.convGeometry, let product = op.convolutionProduct else { return 0 }
        return nanoseconds(product, of: g, cost) / 1e6
    }
}
