import GraphIR
import KernelIR

/// Convolutions of each channel on its own, on blocked maps: a vector is one position of a block of channels, so that a tap
/// is a multiplication of vectors, and what there is to wait for is memory.
struct DepthwiseMethod: ConvolutionMethod {
    let blocksInput = true
    let blocksOutput = true

    /// The weights of a row of taps, and some sums, have to fit the registers.
    private static let widestKernel = 9

    func applies(to g: ConvGeometry, width: Int) -> Bool {
        g.groups > 1 && g.groups == g.inputChannels && g.groups == g.outputChannels && g.groups % width == 0
            && g.kernel.width <= Self.widestKernel
    }

    var forward: Lowering? { depthwiseConvolution }
    var dataGradient: Lowering? { depthwiseDataGradient }
    var weightGradient: Lowering? { depthwiseWeightGradient }

    func multipliesPairs(_ product: ConvolutionProduct) -> Bool { false }

    func makes(_ companion: Op, beside host: Op) -> Bool { false }

    /// The share of the multipliers' rate where values and weights come from the first-level cache.
    private static let efficiency = 0.35

    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double {
        cost.multiplications(cost.samples * g.flopsPerSample, efficiency: Self.efficiency)
            + ConvolutionCost.exposedTraffic * cost.mapTraffic(g)
            + cost.weights(g.weightType.elementCount, product)
    }

    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        .sum(product, of: g, along: axis)
    }

    func errorGrowth(_ product: ConvolutionProduct) -> Double { 1 }
}
