import Base
import Diagnostics
import GraphIR

extension Elaborator {
    private static let trainKeys = [
        "optimizer", "schedule", "warmup", "clip", "accumulate", "ema", "batch", "epochs", "patience", "best_by",
        "seed", "init", "freeze", "precision",
    ]

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
        if options.schedule.name == "one_cycle", options.warmup > 0, let range = seen["warmup"] {
            report(
                "\"warmup\" does not go with the schedule one_cycle, which rises by itself", at: range,
                hint: "leave it out, or use another schedule")
        }
        builder.setTraining(options)
    }

    private mutating func elaborate(_ entry: TrainEntry, _ options: inout TrainingOptions) {
        let what = "\"\(entry.key.text)\""
        switch entry.key.text {
        case "optimizer": options.optimizer = optimizer(entry.value) ?? options.optimizer
        case "schedule": options.schedule = schedule(entry.value) ?? options.schedule
        case "warmup": options.warmup = number(entry.value, .nonNegative, what) ?? options.warmup
        case "clip": options.clip = number(entry.value, .positive, what)
        case "accumulate": options.accumulate = batch(entry.value, what) ?? options.accumulate
        case "ema": options.ema = number(entry.value, .fraction, what)
        case "patience": options.patience = integer(entry.value, from: 1, what)
        case "best_by": options.bestBy = measure(entry.value)
        case "batch": options.batch = batch(entry.value, what) ?? options.batch
        case "epochs": options.epochs = integer(entry.value, from: 1, what) ?? options.epochs
        case "seed": options.seed = seed(entry.value) ?? options.seed
        case "freeze":
            frozen = names(entry.value).map { (NamePattern.parameters(of: $0.text), $0.range) }
            options.frozen = frozen.map(\.pattern)
        case "init":
            options.initialValues = choice(entry.value, "init", "initial values") ?? options.initialValues
        case "precision": options.precision = choice(entry.value, "precision", "precision") ?? options.precision
        default:
            let owner = OptimizerSignature.all.first { $0.arguments.contains { $0.name == entry.key.text } }
            report(
                "unknown training option \(what)", at: entry.key.range,
                hint: owner.map { "it belongs to the optimizer: optimizer: \($0.name)(\(entry.key.text): ...)" }
                    ?? suggestion(entry.key.text, Self.trainKeys, "options are"))
        }
    }

    private mutating func optimizer(_ expression: Expression) -> OptimizerOptions? {
        guard let call = called(expression) else {
            if case .invalid = expression.kind { return nil }
            report("expected an optimizer such as adam(lr: 1e-4)", at: expression.range)
            return nil
        }
        guard let signature = OptimizerSignature.all.first(where: { $0.name == call.callee.text }) else {
            report(
                "unknown optimizer \"\(call.callee.text)\"", at: call.callee.range,
                hint: suggestion(call.callee.text, OptimizerSignature.all.map(\.name), "optimizers are"))
            return nil
        }
        return bind(call, .named([]), signature.arguments).map { signature.options($0.arguments) }
    }

    private mutating func schedule(_ expression: Expression) -> ScheduleOptions? {
        guard let call = called(expression) else {
            if case .invalid = expression.kind { return nil }
            report("expected a schedule such as cosine or step(every: 10)", at: expression.range)
            return nil
        }
        guard let signature = ScheduleSignature.all.first(where: { $0.name == call.callee.text }) else {
            report(
                "unknown schedule \"\(call.callee.text)\"", at: call.callee.range,
                hint: suggestion(call.callee.text, ScheduleSignature.all.map(\.name), "schedules are"))
            return nil
        }
        guard let bound = bind(call, .named([]), signature.arguments) else { return nil }
        if bound.arguments.real("min_momentum") > bound.arguments.real("max_momentum") {
            report("\"min_momentum\" must be at most \"max_momentum\"", at: expression.range)
            return nil
        }
        return signature.options(bound.arguments)
    }

    /// A call, or a name alone for one without arguments.
    private func called(_ expression: Expression) -> Call? {
        switch expression.kind {
        case .call(let call): call
        case .name(let name): Call(callee: Name(text: name, range: expression.range), arguments: [])
        default: nil
        }
    }

    private mutating func number(_ expression: Expression, _ domain: RealDomain, _ what: String) -> Double? {
        if case .real(let value)? = real(expression, domain, what) { value } else { nil }
    }

    private mutating func measure(_ expression: Expression) -> String? {
        let valid = ["dice", "iou", "mean_iou", "pixel_accuracy", "psnr", "test_loss"]
        if case .invalid = expression.kind { return nil }
        if case .name(let name) = expression.kind, valid.contains(name) { return name }
        let found = file.excerpt(expression.range)
        report(
            "unknown measure \"\(found)\"", at: expression.range,
            hint: suggestion(found, valid, "\"best_by\" is one of"))
        return nil
    }

    /// A name, or a list of names.
    private mutating func names(_ expression: Expression) -> [Name] {
        switch expression.kind {
        case .name(let text): return [Name(text: text, range: expression.range)]
        case .list(let elements): return elements.flatMap { names($0) }
        case .invalid: return []
        default:
            report(
                "\"freeze\" takes the names of statements, found \"\(file.excerpt(expression.range))\"",
                at: expression.range, hint: "freeze: enc1, or freeze: [enc1, enc2]")
            return []
        }
    }

    private mutating func batch(_ expression: Expression, _ what: String) -> Int? {
        guard let number = integer(expression, from: 1, what) else { return nil }
        if number <= TrainingOptions.batchLimit { return number }
        report("\(what) must be at most \(TrainingOptions.batchLimit), found \(number)", at: expression.range)
        return nil
    }

    private mutating func seed(_ expression: Expression) -> UInt64? {
        let value = evaluate(expression)
        if case .integer(let number) = value, let seed = UInt64(exactly: number) { return seed }
        if !value.isInvalid {
            report("\"seed\" must be a whole number from 0, found \(describe(value))", at: expression.range)
        }
        return nil
    }

    /// One of the values of an option that have names.
    /// - Parameter what: what such a value is called.
    private mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ expression: Expression, _ key: String, _ what: String
    ) -> Value? {
        if case .invalid = expression.kind { return nil }
        if case .name(let name) = expression.kind, let value = Value(rawValue: name) { return value }
        let found = file.excerpt(expression.range)
        report(
            "unknown \(what) \"\(found)\"", at: expression.range,
            hint: suggestion(found, Value.allCases.map(\.rawValue), "\"\(key)\" is one of"))
        return nil
    }
}

extension NamePattern {
    /// The parameters of a statement, and of all that is made in it; what has a wildcard says itself what it means.
    fileprivate static func parameters(of text: String) -> NamePattern {
        NamePattern(text.contains { $0 == "*" || $0 == "?" } ? text : text + ".*")
    }
}
