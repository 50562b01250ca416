import GraphIR

/// What a kernel wants: the layout of each input, and of its result; the epilogue's operands are laid out as the result.
struct LayoutDemand: Hashable {
    var inputs: [Layout]
    var result: Layout
}

/// Which layouts the kernels of each operator work on.
struct LayoutRules {
    let target: Target
    let convolutions: AlgorithmTable

    private var block: Layout { .blocked(target.vectorWidth) }

    /// The demand of a node whose operands have the given types and layouts.
    func demand(_ node: Node, operands: [(type: TensorType, layout: Layout)]) -> LayoutDemand {
        let plain = LayoutDemand(inputs: operands.map { _ in .nchw }, result: .nchw)
        switch node.op {
        case .conv, .convTranspose, .convDataGradient, .convWeightGradient:
            let algorithm = convolutions.algorithm(node.op)
            return convolutionDemand(node.op, algorithm: algorithm, target: target, operandCount: operands.count)
                ?? plain
        case .channelSum:
            return LayoutDemand(inputs: operands.map(\.layout), result: .nchw)
        case .maxPool:
            return uniform(operands[0].layout, operands.count)
        case .maxPoolGradient:
            return uniform(operands[1].layout, operands.count)
        case .elementwise:
            guard node.type.isBatched, node.type.featureMap != nil else { return plain }
            return uniform(operands.map(\.layout).first { $0 != .nchw } ?? .nchw, operands.count)
        case .concat:
            let whole = operands.allSatisfy { isWhole($0.type.shape[0]) }
            let pays = operands.contains { $0.layout != .nchw }
            return whole && pays ? uniform(block, operands.count) : plain
        case .channelSlice(let start, let count):
            let layout = operands[0].layout
            return isWhole(start) && isWhole(count) ? uniform(layout, 1) : plain
        case .input, .target, .parameter, .cotangent, .one, .relayout, .bceWithLogits, .bceWithLogitsGradient,
            .diceLoss, .diceLossGradient, .batchMean, .batchMeanGradient, .update:
            return plain
        }
    }

    private func uniform(_ layout: Layout, _ count: Int) -> LayoutDemand {
        LayoutDemand(inputs: Array(repeating: layout, count: count), result: layout)
    }

    private func isWhole(_ channels: Int) -> Bool { channels % target.vectorWidth == 0 }
}
