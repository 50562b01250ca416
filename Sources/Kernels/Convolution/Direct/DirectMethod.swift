import GraphIR

/// Sums over taps and channels in registers, on blocked maps.
struct DirectMethod: ConvolutionMethod {
    let blocksInput = true
    let blocksOutput = true

    func applies(to g: ConvGeometry, width: Int) -> Bool {
        ChannelGroups(g, width: width) != nil
    }

    var forward: Lowering? { directConvolution }
    var dataGradient: Lowering? { directDataGradient }
    var weightGradient: Lowering? { directWeightGradient }

    func multipliesPairs(_ product: ConvolutionProduct) -> Bool { false }

    func makes(_ companion: Op, beside host: Op) -> Bool { false }

    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double {
        guard let groups = ChannelGroups(g, width: cost.target.vectorWidth) else { return .infinity }
        let direct = DirectCost(product, of: groups, cost)
        let efficiency = ConvolutionCost.productEfficiency * direct.blockEfficiency
        // What is multiplied by zeros between groups takes its time. A copy is a load and a store.
        return cost.multiplications(
            cost.samples * g.flopsPerSample * Double(groups.joined), efficiency: efficiency)
            + cost.vectorOperations(2 * cost.samples * direct.copiedVectors)
            + ConvolutionCost.exposedTraffic * cost.mapTraffic(g)
            + cost.weights(g.weightType.elementCount * groups.joined, product)
    }

    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        .sum(product, of: g, along: axis)
    }

    func errorGrowth(_ product: ConvolutionProduct) -> Double { 1 }
}
