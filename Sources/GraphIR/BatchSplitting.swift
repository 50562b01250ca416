extension Graph {
    /// Why a step on parts of a batch, with their gradients summed, is not the step on the whole batch; nil where it is, but
    /// for roundings.
    public var obstacleToSplitting: String? {
        for node in nodes {
            switch node.op {
            case .normalization(.moments(.batch)): return "\"\(node.name)\" normalises by the whole batch"
            case .classLoss(.crossEntropy(let loss)) where loss.ignored != nil || !loss.weights.isEmpty:
                return "\"\(node.name)\" is a mean over what counts in the whole batch"
            case .elementwise(let function) where function.isRandom: return "\"\(node.name)\" draws for the whole batch"
            // What sees a sample at a time, or is a plain mean over samples.
            case .input, .target, .parameter, .cotangent, .one, .conv, .convTranspose, .convDataGradient,
                .convWeightGradient, .channelSum, .maxPool, .maxUnpool, .maxPick, .resample, .resampleGradient,
                .broadcast, .normalize, .normalization, .layerNormalization, .softmax, .softmaxGradient, .elementwise,
                .concat, .channelSlice, .channelPad, .relayout,
                .sampleLoss, .sampleLossGradient, .classLoss, .batchMean, .batchMeanGradient, .update:
                continue
            }
        }
        return nil
    }
}
