import GraphIR
import Kernels

/// What a step computes, without what is fused into it; the raw values are those of `UNETC_KIND_…`.
public enum StepKind: String, Hashable, Sendable {
    case elementwise = "ELEMENTWISE"
    case convolution = "CONVOLUTION"
    case dataGradient = "DATA_GRADIENT"
    case weightGradient = "WEIGHT_GRADIENT"
    case biasGradient = "BIAS_GRADIENT"
    case preparedWeights = "PREPARED_WEIGHTS"
    case partialSums = "PARTIAL_SUMS"
    case pooling = "POOLING"
    case normalization = "NORMALIZATION"
    case resampling = "RESAMPLING"
    case loss = "LOSS"
    case copy = "COPY"
    case update = "UPDATE"

    /// Of one of an operation's stages; nil for an update, which has none.
    init(_ op: Op, _ stage: LoweredStage?) {
        let kind = StepKind(op)
        guard let stage, kind.isOfConvolutions else {
            self = kind
            return
        }
        let readsOperands = stage.operands.contains { if case .input = $0 { true } else { false } }
        self = stage.isPreparation ? .preparedWeights : readsOperands ? kind : .partialSums
    }

    private var isOfConvolutions: Bool { [.convolution, .dataGradient, .weightGradient].contains(self) }

    private init(_ op: Op) {
        switch op {
        case .conv, .convTranspose: self = .convolution
        case .convDataGradient: self = .dataGradient
        case .convWeightGradient: self = .weightGradient
        case .channelSum: self = .biasGradient
        case .broadcast(.apply), .broadcast(.spread), .broadcast(.spreadMean): self = .elementwise
        case .maxPool, .maxUnpool, .maxPick, .broadcast: self = .pooling
        case .resample, .resampleGradient: self = .resampling
        case .normalization, .layerNormalization: self = .normalization
        case .sampleLoss, .sampleLossGradient, .classLoss, .batchMean, .batchMeanGradient, .one: self = .loss
        case .concat, .channelSlice, .channelPad, .relayout: self = .copy
        case .update: self = .update
        case .normalize, .softmax, .softmaxGradient, .elementwise, .input, .target, .parameter, .cotangent:
            self = .elementwise
        }
    }

    /// Its name in C.
    var constant: String { "UNETC_KIND_" + rawValue }
}
