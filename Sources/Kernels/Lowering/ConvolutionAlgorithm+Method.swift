import GraphIR
import Programs

extension ConvolutionAlgorithm {
    /// What there is to know of the algorithm: nobody else asks which one it is.
    var method: any ConvolutionMethod {
        switch self {
        case .patch: PatchMethod()
        case .narrowInput: NarrowInputMethod()
        case .narrowOutput: NarrowOutputMethod()
        case .winograd4: WinogradMethod(tile: 4)
        case .winograd2: WinogradMethod(tile: 2)
        case .depthwise: DepthwiseMethod()
        case .direct: DirectMethod()
        case .gemm: GemmMethod()
        }
    }

    /// By how much rounding errors of its results exceed those of the plain sum of products, for random data of mean zero.
    public func errorGrowth(_ op: Op) -> Double { op.convolutionProduct.map(method.errorGrowth) ?? 1 }

    /// Results along an axis that share roundings; nil where the size of the whole map decides how they are rounded.
    public func resultGroup(_ op: Op) -> Int? {
        guard let g = op.convGeometry, let product = op.convolutionProduct,
            case .positions(let reach) = method.reach(product, of: g, along: .rows)
        else { return nil }
        return reach.group
    }
}

/// The algorithms that can compute a convolution operator for a target, in the order in which ties are broken; none for
/// other operators.
public func convolutionCandidates(_ op: Op, target: Target) -> [ConvolutionAlgorithm] {
    ConvolutionAlgorithm.allCases.filter { $0.method.vectors(for: op, on: target) != nil }
}

/// What bringing an algorithm's maps from and into blocks would take, in milliseconds on one core: nothing for those that
/// work on blocked maps.
public func conversionMilliseconds(
    _ op: Op, _ algorithm: ConvolutionAlgorithm, target: Target, batch: Int
) -> Double {
    guard algorithm.method.isRowMajor else { return 0 }
    return ConvolutionCost(target: target, batch: batch, isInference: false, factors: .float32).conversionMilliseconds(
        op)
}
