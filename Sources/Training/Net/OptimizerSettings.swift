import Runtime

/// The optimiser and its constants.
struct OptimizerSettings: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable, CaseIterable {
        case adam
        case adamw
        case sgd
    }

    var kind = Kind.adam
    var learningRate = 1e-3
    var beta1 = 0.9
    var beta2 = 0.999
    var epsilon = 1e-8
    /// Of SGD.
    var momentum = 0.0
    var weightDecay = 0.0

    /// The numbers of step `step`, counted from 1, without a schedule.
    func scalars(step: Int) -> StepScalars {
        switch kind {
        case .adam, .adamw:
            .adam(
                step: step, learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                weightDecay: weightDecay)
        case .sgd: .sgd(step: step, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
        }
    }

    /// Whether there is a momentum that a schedule may move.
    var hasMomentum: Bool { kind != .sgd || momentum > 0 }
}

extension OptimizerSettings: RecordPart {
    var metadata: [(String, String)] {
        [
            ("optimizer", kind.rawValue), ("lr", "\(learningRate)"), ("beta1", "\(beta1)"), ("beta2", "\(beta2)"),
            ("eps", "\(epsilon)"), ("momentum", "\(momentum)"), ("weight_decay", "\(weightDecay)"),
        ]
    }

    init(_ fields: RecordFields) throws {
        kind = try fields.choice("optimizer")
        learningRate = try fields.value("lr")
        beta1 = try fields.value("beta1")
        beta2 = try fields.value("beta2")
        epsilon = try fields.value("eps")
        momentum = try fields.value("momentum")
        weightDecay = try fields.value("weight_decay")
    }
}
