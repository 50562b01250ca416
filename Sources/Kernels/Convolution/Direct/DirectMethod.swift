import GraphIR

/// Sums over taps and channels in registers, on blocked maps.
struct DirectMethod: ConvolutionMethod {
    let blocksInput = true
    let blocksOutput = true

    func applies(to g: ConvGeometry, width: Int) -> Bool {
        g.groups == 1 && g.inputChannels % width == 0 && g.outputChannels % width == 0
    }

    var forward: Lowering? { directConvolution }
    var dataGradient: Lowering? { directDataGradient }
    var weightGradient: Lowering? { directWeightGradient }

    func makes(_ companion: Op, beside host: Op) -> Bool { false }

    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double {
        let direct = DirectCost(product, of: g, cost)
        let efficiency = ConvolutionCost.productEfficiency * direct.blockEfficiency
        // A copy is a load and a store.
        return cost.multiplications(cost.samples * g.flopsPerSample, efficiency: efficiency)
            + cost.vectorOperations(2 * cost.samples * direct.copiedVectors)
            + ConvolutionCost.exposedTraffic * cost.mapTraffic(g) + cost.weights(g.weightType.elementCount, product)
    }

    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        .sum(product, of: g, along: axis)
    }

    func errorGrowth(_ product: ConvolutionProduct) -> Double { 1 }
}
