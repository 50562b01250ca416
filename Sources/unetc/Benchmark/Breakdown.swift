import GraphIR
import Runtime

/// Where a plan's time goes: sums over steps of one kind in one part of the work.
struct Breakdown {
    /// A part of the work: what the net computes, its two gradients, the optimizer.
    enum Part: String, CaseIterable {
        case forward
        case dataGradient = "data gradient"
        case weightGradient = "weight gradient"
        case update
    }

    struct Row {
        /// The algorithm of a convolution, else the kind of operator.
        var kind: String
        /// Seconds, in the order of `Part.allCases`.
        var seconds: [Double]

        var total: Double { seconds.reduce(0, +) }
    }

    /// The longest first.
    let rows: [Row]

    init(_ plan: PlanTimes) {
        var sums: [String: [Double]] = [:]
        for step in plan.steps {
            sums[step.kind, default: Part.allCases.map { _ in 0 }][step.partIndex] += step.seconds
        }
        rows = sums.map { Row(kind: $0.key, seconds: $0.value) }
            .sorted { ($1.total, $0.kind) < ($0.total, $1.kind) }
    }

    /// Seconds of each part, all kinds together.
    var sums: [Double] { Part.allCases.indices.map { part in rows.reduce(0) { $0 + $1.seconds[part] } } }
    /// Seconds of all steps.
    var total: Double { sums.reduce(0, +) }
}

extension StepTime {
    /// The operator's name, without what was fused into it: `conv` of `conv + bias + relu`.
    private var operatorName: String { String(operation.prefix { $0 != " " }) }
    private var isConvolution: Bool { operatorName.hasPrefix("conv") }

    var part: Breakdown.Part {
        switch step.phase {
        case .forward: .forward
        case .update: .update
        case .backward:
            operatorName == "conv_weight_gradient" || operatorName == "channel_sum" ? .weightGradient : .dataGradient
        }
    }

    fileprivate var partIndex: Int { Breakdown.Part.allCases.firstIndex(of: part) ?? 0 }

    /// What the step counts as in the breakdown.
    var kind: String {
        if isConvolution {
            // Beside its main kernel, a convolution may have one that prepares its weights or adds up partial results.
            if step.algorithm.contains("weight") { return "weights prepared" }
            return step.algorithm.hasSuffix("sums") ? "partial sums" : step.algorithm
        }
        switch operatorName {
        case "channel_sum": return "gradients of biases"
        case "update": return "optimizer"
        case "relayout", "concat", "channel_slice": return "copies"
        case "sums_row", "update_running", "running_moments", "folded_weight", "folded_bias": return "normalization"
        default:
            if operatorName.contains("pool") || operatorName == "max_pick" { return "pooling" }
            if operatorName.contains("norm") || operatorName.contains("moments") { return "normalization" }
            if Op.isLoss(mnemonic: operatorName) { return "loss" }
            if ["upsample", "bed", "crop", "pad"].contains(where: operatorName.hasPrefix) { return "resampling" }
            return "elementwise"
        }
    }
}
