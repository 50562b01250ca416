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
    var part: Breakdown.Part {
        switch step.phase {
        case .forward: .forward
        case .update: .update
        case .backward:
            switch step.kind {
            case .weightGradient, .biasGradient, .partialSums: .weightGradient
            default: .dataGradient
            }
        }
    }

    fileprivate var partIndex: Int { Breakdown.Part.allCases.firstIndex(of: part) ?? 0 }

    /// What the step counts as in the breakdown: a convolution as its algorithm.
    var kind: String {
        switch step.kind {
        case .convolution, .dataGradient, .weightGradient: step.algorithm
        case .biasGradient: "gradients of biases"
        case .preparedWeights: "weights prepared"
        case .partialSums: "partial sums"
        case .pooling: "pooling"
        case .normalization: "normalization"
        case .resampling: "resampling"
        case .loss: "loss"
        case .copy: "copies"
        case .update: "optimizer"
        case .elementwise: "elementwise"
        }
    }
}
