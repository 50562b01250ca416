import GraphIR

/// Winograd's algorithm with output tiles of `tile × tile`, on blocked maps.
struct WinogradMethod: ConvolutionMethod {
    let tile: Int

    let blocksInput = true
    let blocksOutput = true

    func applies(to g: ConvGeometry, width: Int) -> Bool {
        let padding = [g.padding.top, g.padding.left, g.padding.bottom, g.padding.right]
        return g.kernel == Extent(3) && g.stride == Extent(1) && g.dilation == Extent(1) && g.groups == 1
            && padding.allSatisfy { (0...2).contains($0) } && g.inputChannels % width == 0
            && g.outputChannels % width == 0
    }

    var forward: Lowering? {
        { winogradConvolution($0, WinogradShape(forward: $1, tile: tile), flops: $1.flopsPerSample) }
    }
    var dataGradient: Lowering? {
        { winogradConvolution($0, WinogradShape(dataGradient: $1, tile: tile), flops: $1.flopsPerSample) }
    }
    var weightGradient: Lowering? { { winogradWeightGradient($0, $1, tile: tile) } }

    func multipliesPairs(_ product: ConvolutionProduct) -> Bool { true }

    func makes(_ companion: Op, beside host: Op) -> Bool {
        switch (host, companion) {
        case (.convWeightGradient, .channelSum), (.conv, .maxPool), (.convTranspose, .maxPool): true
        default: false
        }
    }

    // MARK: Time

    /// The share of the peak that its products reach, which are many and short: of tiles by channels, and in the weight
    /// gradient over tiles.
    private static let efficiency = 0.73
    private static let gradientEfficiency = 0.61
    /// Vector operations for each point of a tile and vector of channels: of the transforms there, and back.
    private static let inputTransform = 0.25
    private static let outputTransform = 1.5
    /// Nanoseconds for each transformed weight of a deep layer, which stays in the second-level cache, and for each sum of
    /// a weight gradient that is transformed back.
    private static let streamedWeight = 0.14
    private static let gradientSum = 0.14

    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double {
        let shape =
            product == .dataGradient
            ? WinogradShape(dataGradient: g, tile: tile) : WinogradShape(forward: g, tile: tile)
        let tiles = cost.samples * Double(shape.tileRows * shape.tileColumns)
        let pairs = shape.products * shape.channels * shape.outputs
        let transforms =
            Double(shape.channels) * Self.inputTransform + Double(shape.outputs) * Self.outputTransform
        return cost.multiplications(
            2 * tiles * Double(pairs),
            efficiency: product == .weightGradient ? Self.gradientEfficiency : Self.efficiency)
            + cost.vectorOperations(tiles * Double(shape.products) * transforms / Double(cost.target.vectorWidth))
            + cost.mapTraffic(g) + weights(pairs, product, cost)
    }

    /// Deep layers transform their weights as they need them, whatever the use.
    private func weights(_ count: Int, _ product: ConvolutionProduct, _ cost: ConvolutionCost) -> Double {
        if product == .weightGradient { return Self.gradientSum * Double(count) }
        return count > cost.target.l2Bytes ? Self.streamedWeight * Double(count) : cost.weights(count, product)
    }

    // MARK: Rounding

    /// Results of a tile have roundings in common.
    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        let padding = g.padding.before(axis)
        return .positions(.winograd(tile: tile, padding: product == .forward ? padding : 2 - padding))
    }

    func errorGrowth(_ product: ConvolutionProduct) -> Double {
        let matrices = WinogradMatrices(outputs: tile, taps: 3)
        let growth = product == .weightGradient ? matrices.tapErrorGrowth : matrices.outputErrorGrowth
        // Along both axes.
        return growth * growth
    }
}
