import GraphIR
import Programs

/// Which layouts the kernels of each operator work on.
struct LayoutRules {
    let target: Target

    /// The demand of a node whose operands have the given types and layouts.
    /// - Parameter algorithm: of a convolution.
    func demand(
        _ node: Node, by algorithm: ConvolutionAlgorithm?, operands: [(type: TensorType, layout: Layout)]
    ) -> LayoutDemand {
        let plain = LayoutDemand(inputs: operands.map { _ in .nchw }, result: .nchw)
        switch node.op {
        case .conv, .convTranspose, .convDataGradient, .convWeightGradient:
            return algorithm?.method.demand(node.op, target: target, operandCount: operands.count) ?? plain
        case .channelSum: return LayoutDemand(inputs: operands.map(\.layout), result: .nchw)
        case .maxPool: return uniform(operands[0].layout, operands.count)
        case .maxUnpool, .maxPick: return uniform(operands[1].layout, operands.count)
        case .resample, .resampleGradient: return uniform(operands[0].layout, 1)
        case .broadcast(let op): return broadcastingDemand(op, operands.map(\.layout))
        case .normalization(let op): return normalizationDemand(op, operands.map(\.layout)) ?? plain
        case .layerNormalization(let op): return layerNormalizationDemand(op, operands.map(\.layout))
        case .elementwise:
            guard node.type.isBatched, node.type.featureMap != nil else { return plain }
            return uniform(operands.map(\.layout).first { $0 != .nchw } ?? .nchw, operands.count)
        case .concat:
            // The smallest of their blocks, where it divides all operands.
            let block = operands.map(\.layout).filter { $0 != .nchw }.min { $0.block < $1.block } ?? .nchw
            let isWhole = operands.allSatisfy { $0.type.shape[0] % block.block == 0 }
            return isWhole ? uniform(block, operands.count) : plain
        case .channelSlice(let start, let count):
            let layout = operands[0].layout
            return start % layout.block == 0 && count % layout.block == 0 ? uniform(layout, 1) : plain
        case .channelPad(let before, let after):
            let layout = operands[0].layout
            return before % layout.block == 0 && after % layout.block == 0 ? uniform(layout, 1) : plain
        case .input, .target, .parameter, .cotangent, .one, .relayout, .normalize, .softmax, .softmaxGradient,
            .sampleLoss,
            .sampleLossGradient, .classLoss, .batchMean, .batchMeanGradient, .update:
            return plain
        }
    }

    /// Maps stay as they are; what belongs to channels has one layout. nil for parts without maps.
    private func normalizationDemand(_ op: NormalizationOp, _ layouts: [Layout]) -> LayoutDemand? {
        let others = { (maps: Int) in Array(repeating: Layout.nchw, count: layouts.count - maps) }
        switch op {
        case .moments: return LayoutDemand(inputs: layouts, result: .nchw)
        case .normalize: return LayoutDemand(inputs: [layouts[0]] + others(1), result: layouts[0])
        case .sums: return LayoutDemand(inputs: [layouts[1], layouts[1]] + others(2), result: .nchw)
        case .gradient: return LayoutDemand(inputs: [layouts[1], layouts[1]] + others(2), result: layouts[1])
        case .row, .runningMoments, .updateRunning, .foldedWeight, .foldedBias: return nil
        }
    }

    /// Maps stay as they are; those of one number for each channel or position have one layout.
    private func broadcastingDemand(_ op: Broadcasting, _ layouts: [Layout]) -> LayoutDemand {
        let maps = layouts.first { $0 != .nchw } ?? .nchw
        switch op {
        case .apply: return LayoutDemand(inputs: [layouts[0], .nchw], result: layouts[0])
        case .sum, .mean, .maximum: return LayoutDemand(inputs: layouts.map { _ in maps }, result: .nchw)
        case .spread, .spreadMean: return LayoutDemand(inputs: [.nchw], result: .nchw)
        case .maximumGradient: return LayoutDemand(inputs: [.nchw, layouts[1], .nchw], result: layouts[1])
        }
    }

    /// Maps stay as they are.
    private func layerNormalizationDemand(_ op: LayerNormalization, _ layouts: [Layout]) -> LayoutDemand {
        switch op {
        case .moments: return LayoutDemand(inputs: layouts, result: .nchw)
        case .normalize: return LayoutDemand(inputs: [layouts[0], .nchw, .nchw, .nchw], result: layouts[0])
        case .sums: return LayoutDemand(inputs: [layouts[1], layouts[1], .nchw], result: .nchw)
        case .gradient: return LayoutDemand(inputs: [layouts[1], layouts[1], .nchw, .nchw], result: layouts[1])
        }
    }

    private func uniform(_ layout: Layout, _ count: Int) -> LayoutDemand {
        LayoutDemand(inputs: Array(repeating: layout, count: count), result: layout)
    }
}
