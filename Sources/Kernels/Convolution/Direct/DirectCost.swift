import GraphIR

/// What a direct convolution costs beyond its multiplications.
struct DirectCost {
    /// The share of the multipliers' rate that its register block allows.
    let blockEfficiency: Double
    /// Vectors that are copied into padded strips, for one sample.
    let copiedVectors: Double

    init(_ product: ConvolutionProduct, of groups: ChannelGroups, _ cost: ConvolutionCost) {
        let g = groups.geometry
        switch product {
        case .forward: self.init(GatherShape(forward: g), groups, cost)
        case .dataGradient: self.init(GatherShape(dataGradient: g), groups, cost)
        case .weightGradient: self.init(weightGradient: groups, target: cost.target)
        }
    }

    private init(_ shape: GatherShape, _ groups: ChannelGroups, _ cost: ConvolutionCost) {
        let target = cost.target
        let blocking = DirectBlocking(
            shape, groups: groups.count, target: target, batchCapacity: cost.batch, isInference: cost.isInference)
        blockEfficiency = blocking.efficiency(shape)
        let shares = groups.count == 1 ? blocking.shares : groups.count
        let copies = blocking.rowBlocks * shares * shape.channels / target.vectorWidth
        copiedVectors =
            shape.skipsPadding
            ? 0 : Double(copies * shape.rows.span(blocking.rows) * shape.columns.span(shape.columns.count))
    }

    private init(weightGradient groups: ChannelGroups, target: Target) {
        let g = groups.geometry
        let blocking = DirectWeightBlocking(g, target: target)
        let block = blocking.block
        let products = block.rows * block.vectors
        let strip = blocking.strip(start: 0)
        let copies = blocking.outputParts * blocking.pieces * g.inputChannels / block.width
        // Multiplications, loads and latency in half cycles, as in `DirectBlocking`.
        blockEfficiency = Double(products) / Double(max(products, block.rows + 2 * block.vectors, 10))
        copiedVectors = Double(groups.count * copies * strip.rows * strip.columns)
    }
}
