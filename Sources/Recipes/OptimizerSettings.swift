import Runtime

/// The optimiser and its constants.
package struct OptimizerSettings: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case adam
        case adamw
        case sgd
    }

    package var kind = Kind.adam
    package var learningRate = 1e-3
    package var beta1 = 0.9
    package var beta2 = 0.999
    package var epsilon = 1e-8
    /// Of SGD.
    package var momentum = 0.0
    package var weightDecay = 0.0

    /// The numbers of step `step`, counted from 1, without a schedule.
    package func scalars(step: Int) -> StepScalars {
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
    package var metadata: [(String, String)] {
        [
            ("optimizer", kind.rawValue), ("lr", "\(learningRate)"), ("beta1", "\(beta1)"), ("beta2", "\(beta2)"),
            ("eps", "\(epsilon)"), ("momentum", "\(momentum)"), ("weight_decay", "\(weightDecay)"),
        ]
    }

    package init(_ fields: RecordFields) throws {
        kind = try fields.choice("optimizer")
        learningRate = try fields.value("lr")
        beta1 = try fields.value("beta1")
        beta2 = try fields.value("beta2")
        epsilon = try fields.value("eps")
        momentum = try fields.value("momentum")
        weightDecay = try fields.value("weight_decay")
    }
}
