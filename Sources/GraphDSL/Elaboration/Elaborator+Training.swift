import Diagnostics
import GraphIR

/// How an optimiser is written: `adam(lr: 1e-4)`.
private struct OptimizerSignature: Sendable {
    var name: String
    var arguments: [ArgumentSpec]
    var options: @Sendable (BoundArguments) -> OptimizerOptions

    static let all = [adam, sgd]

    static let adam = OptimizerSignature(
        name: "adam",
        arguments: [
            .optional("lr", .real(.positive), .real(1e-3)), .optional("beta1", .real(.fraction), .real(0.9)),
            .optional("beta2", .real(.fraction), .real(0.999)), .optional("eps", .real(.positive), .real(1e-8)),
            .optional("weight_decay", .real(.nonNegative), .real(0)),
        ]
    ) {
        .adam(
            learningRate: $0.real("lr"), beta1: $0.real("beta1"), beta2: $0.real("beta2"), epsilon: $0.real("eps"),
            weightDecay: $0.real("weight_decay"))
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

extension Elaborator {
    private static let trainKeys = ["optimizer", "batch", "epochs", "seed", "init"]

    /// The `train { … }` block: defaults of the trainer.
    mutating func elaborateTraining(_ entries: [TrainEntry], keyword: SourceRange) {
        if let first = trainStatement {
            report(
                "a graph has one \"train\" block, found a second", at: keyword,
                notes: [.init("the first one", first)])
            return
        }
        trainStatement = keyword
        var options = TrainingOptions()
        var seen: [String: SourceRange] = [:]
        for entry in entries {
            let key = entry.key
            if let first = seen[key.text] {
                report(
                    "\"\(key.text)\" is given twice", at: key.range, notes: [.init("the first value", first)])
                continue
            }
            seen[key.text] = key.range
            elaborate(entry, &options)
        }
        builder.setTraining(options)
    }

    private mutating func elaborate(_ entry: TrainEntry, _ options: inout TrainingOptions) {
        let what = "\"\(entry.key.text)\""
        switch entry.key.text {
        case "optimizer": options.optimizer = optimizer(entry.value) ?? options.optimizer
        case "batch": options.batch = integer(entry.value, from: 1, what) ?? options.batch
        case "epochs": options.epochs = integer(entry.value, from: 1, what) ?? options.epochs
        case "seed": options.seed = seed(entry.value) ?? options.seed
        case "init": options.initialValues = initialValues(entry.value) ?? options.initialValues
        default:
            let owner = OptimizerSignature.all.first { $0.arguments.contains { $0.name == entry.key.text } }
            report(
                "unknown training option \(what)", at: entry.key.range,
                hint: owner.map { "it belongs to the optimizer: optimizer: \($0.name)(\(entry.key.text): ...)" }
                    ?? suggestion(entry.key.text, Self.trainKeys, "options are"))
        }
    }

    private mutating func optimizer(_ expression: Expression) -> OptimizerOptions? {
        let call: Call
        switch expression.kind {
        case .call(let found): call = found
        case .name(let name): call = Call(callee: Name(text: name, range: expression.range), arguments: [])
        case .invalid: return nil
        default:
            report("expected an optimizer such as adam(lr: 1e-4)", at: expression.range)
            return nil
        }
        let names = OptimizerSignature.all.map(\.name)
        guard let signature = OptimizerSignature.all.first(where: { $0.name == call.callee.text }) else {
            report(
                "unknown optimizer \"\(call.callee.text)\"", at: call.callee.range,
                hint: suggestion(call.callee.text, names, "optimizers are"))
            return nil
        }
        return bind(call, .named([]), signature.arguments).map { signature.options($0.arguments) }
    }

    private mutating func seed(_ expression: Expression) -> UInt64? {
        let value = evaluate(expression)
        if case .integer(let number) = value, let seed = UInt64(exactly: number) { return seed }
        if !value.isInvalid {
            report("\"seed\" must be a whole number from 0, found \(describe(value))", at: expression.range)
        }
        return nil
    }

    private mutating func initialValues(_ expression: Expression) -> InitialValues? {
        let valid = InitialValues.allCases.map(\.rawValue)
        guard case .name(let name) = expression.kind, let values = InitialValues(rawValue: name) else {
            if case .invalid = expression.kind { return nil }
            let found = file.text(in: expression.range)
            report(
                "unknown initial values \"\(found)\"", at: expression.range,
                hint: suggestion(found, valid, "\"init\" is one of"))
            return nil
        }
        return values
    }
}
