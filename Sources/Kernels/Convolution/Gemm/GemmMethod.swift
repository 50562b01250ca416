import GraphIR

/// Unrolled windows times weights, on row-major maps, by the matrix product of the BLAS that the model is linked with:
/// computes every convolution.
struct GemmMethod: ConvolutionMethod {
    let blocksInput = false
    let blocksOutput = false

    func applies(to g: ConvGeometry, width: Int) -> Bool { true }

    var forward: Lowering? { gemmConvolution }
    var dataGradient: Lowering? { gemmDataGradient }
    var weightGradient: Lowering? { gemmWeightGradient }

    func multipliesPairs(_ product: ConvolutionProduct) -> Bool { false }

    func makes(_ companion: Op, beside host: Op) -> Bool { false }

    /// What OpenBLAS reaches of the peak, and the columns or rows at which it reaches half of that.
    private static let efficiency = 0.6
    private static let halfEfficiency = 12.0
    /// Nanoseconds to move one element into or out of a column matrix.
    private static let columnMove = 0.15

    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double {
        let narrow = Double(min(g.groupOutputChannels, g.reductionSize))
        let efficiency = Self.efficiency * narrow / (narrow + Self.halfEfficiency)
        let columns = g.isPointwise ? 0 : cost.samples * Double(g.inputChannels * g.kernel.area * g.output.area)
        return cost.multiplications(cost.samples * g.flopsPerSample, efficiency: efficiency) + Self.columnMove * columns
            + cost.mapTraffic(g) + cost.conversions(g)
    }

    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        .wholeMap(
            "OpenBLAS' matrix product, whose rounding depends on the size of the map; "
                + "numbers of channels that 4 divides allow other algorithms")
    }

    func errorGrowth(_ product: ConvolutionProduct) -> Double { 1 }
}
