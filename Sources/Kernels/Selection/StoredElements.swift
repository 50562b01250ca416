import Base
import GraphIR
import Programs

extension Program {
    /// Stores feature maps between steps in fewer bits.
    ///
    /// As 32-bit floats stay what callers read and write by name, all that is no map (parameters, moments, sums), what losses
    /// are computed of and made from, since there differences of large numbers count, and what a library multiplies.
    mutating func storeMaps(as element: ElementType) {
        var keeps = Set(graph.outputs.map(\.node) + graph.gradients.map(\.gradient) + [graph.loss].compactMap(\.self))
        for id in graph.ids where graph[id].op.isLoss || step(id)?.choice?.algorithm == .gemm {
            keeps.formUnion(graph[id].operands + graph.companions(of: id) + [id])
        }
        for id in graph.ids where !graph[id].op.isLeaf && !keeps.contains(id) {
            let type = graph[id].type
            if type.isBatched, type.featureMap != nil { setElement(element, of: id) }
        }
    }
}

extension Op {
    /// Whether it belongs to a loss, or to its gradient.
    fileprivate var isLoss: Bool {
        switch self {
        case .softmax, .softmaxGradient, .sampleLoss, .sampleLossGradient, .classLoss, .batchMean, .batchMeanGradient:
            true
        case .input, .target, .parameter, .cotangent, .one, .conv, .convTranspose, .convDataGradient,
            .convWeightGradient, .channelSum, .maxPool, .maxUnpool, .maxPick, .resample, .resampleGradient, .broadcast,
            .normalization, .layerNormalization, .normalize, .elementwise, .concat, .channelSlice, .channelPad,
            .relayout, .update:
            false
        }
    }
}
