import GraphIR

/// How an optimiser is written: `adam(lr: 1e-4)`.
struct OptimizerSignature: Sendable {
    var name: String
    var arguments: [ArgumentSpec]
    var options: @Sendable (BoundArguments) -> OptimizerOptions

    static let all = [adam, adamw, sgd]

    static let adam = OptimizerSignature(name: "adam", arguments: adamArguments(decay: 0)) {
        .adam(
            learningRate: $0.real("lr"), beta1: $0.real("beta1"), beta2: $0.real("beta2"), epsilon: $0.real("eps"),
            weightDecay: $0.real("weight_decay"))
    }

    static let adamw = OptimizerSignature(name: "adamw", arguments: adamArguments(decay: 0.01)) {
        .adamw(
            learningRate: $0.real("lr"), beta1: $0.real("beta1"), beta2: $0.real("beta2"), epsilon: $0.real("eps"),
            weightDecay: $0.real("weight_decay"))
    }

    /// With PyTorch's defaults.
    private static func adamArguments(decay: Double) -> [ArgumentSpec] {
        [
            .optional("lr", .real(.positive), .real(1e-3)), .optional("beta1", .real(.fraction), .real(0.9)),
            .optional("beta2", .real(.fraction), .real(0.999)), .optional("eps", .real(.positive), .real(1e-8)),
            .optional("weight_decay", .real(.nonNegative), .real(decay)),
        ]
    }

    static let sgd = OptimizerSignature(
        name: "sgd",
        arguments: [
            .optional("lr", .real(.positive), .real(1e-3)), .optional("momentum", .real(.nonNegative), .real(0)),
            .optional("weight_decay", .real(.nonNegative), .real(0)),
        ]
    ) {
        .sgd(
            learningRate: $0.real("lr"), momentum: $0.real("momentum"), weightDecay: $0.real("weight_decay"))
    }
}

/// How a schedule is written: `step(every: 10, factor: 0.5)`.
struct ScheduleSignature: Sendable {
    var name: String
    var arguments: [ArgumentSpec] = []

    static let all = [
        ScheduleSignature(name: "constant"),
        ScheduleSignature(name: "cosine", arguments: [.optional("final", .real(.proportion), .real(0))]),
        ScheduleSignature(name: "polynomial", arguments: [.optional("power", .real(.positive), .real(0.9))]),
        ScheduleSignature(
            name: "one_cycle",
            arguments: [
                .optional("start", .real(.proportion), .real(0.3)), .optional("div", .real(.positive), .real(25)),
                .optional("final_div", .real(.positive), .real(10_000)),
                .optional("min_momentum", .real(.fraction), .real(0.85)),
                .optional("max_momentum", .real(.fraction), .real(0.95)),
            ]),
        ScheduleSignature(
            name: "step",
            arguments: [
                .optional("every", .real(.positive), .real(10)), .optional("factor", .real(.proportion), .real(0.1)),
            ]),
        ScheduleSignature(
            name: "plateau",
            arguments: [
                .optional("factor", .real(.proportion), .real(0.1)), .optional("patience", .count, .integer(10)),
                .optional("min_lr", .real(.nonNegative), .real(0)),
            ]),
    ]

    /// All numbers, those that were left out too.
    func options(_ arguments: BoundArguments) -> ScheduleOptions {
        ScheduleOptions(
            name: name,
            numbers: self.arguments.map { spec in
                let isWhole = if case .count = spec.kind { true } else { false }
                let value = isWhole ? Double(arguments.integer(spec.name)) : arguments.real(spec.name)
                return ScheduleOptions.Number(key: spec.name, value: value)
            })
    }
}
