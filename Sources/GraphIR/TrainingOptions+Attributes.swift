import Base

extension TrainingOptions {
    /// The options as one list, the constants of optimiser and schedule behind their names; those from `schedule` on only
    /// where they say something.
    package var attributes: [Attribute] {
        var list =
            optimizer.attributes + [
                Attribute("batch", batch), Attribute("epochs", epochs), Attribute("init", initialValues.rawValue),
                Attribute("seed", String(seed)),
            ]
        if schedule != ScheduleOptions() { list += schedule.attributes }
        if warmup > 0 { list.append(Attribute("warmup", warmup)) }
        if let clip { list.append(Attribute("clip", clip)) }
        if accumulate > 1 { list.append(Attribute("accumulate", accumulate)) }
        if let ema { list.append(Attribute("ema", ema)) }
        if let patience { list.append(Attribute("patience", patience)) }
        if let bestBy { list.append(Attribute("best_by", bestBy)) }
        if !frozen.isEmpty { list.append(Attribute("freeze", frozen.map(\.text).joined(separator: Self.divider))) }
        if precision != .float32 { list.append(Attribute("precision", precision.rawValue)) }
        return list
    }

    /// Between patterns: no name has it.
    private static let divider = "|"

    init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        self.init()
        if attributes.has("freeze") {
            frozen = try attributes.word("freeze").split(separator: Self.divider).map { NamePattern(String($0)) }
        }
        if attributes.has("precision") { precision = try attributes.choice("precision", of: ElementType.self) }
        optimizer = try OptimizerOptions(&attributes)
        batch = try attributes.integer("batch")
        epochs = try attributes.integer("epochs")
        initialValues = try attributes.choice("init", of: InitialValues.self)
        seed = try attributes.unsigned("seed")
        if attributes.has("schedule") { schedule = try ScheduleOptions(&attributes) }
        if attributes.has("warmup") { warmup = try attributes.real("warmup") }
        if attributes.has("clip") { clip = try attributes.real("clip") }
        if attributes.has("accumulate") { accumulate = try attributes.integer("accumulate") }
        if attributes.has("ema") { ema = try attributes.real("ema") }
        if attributes.has("patience") { patience = try attributes.integer("patience") }
        if attributes.has("best_by") { bestBy = try attributes.word("best_by") }
    }
}

extension ScheduleOptions {
    private static let prefix = "schedule_"

    fileprivate var attributes: [Attribute] {
        [Attribute("schedule", name)] + numbers.map { Attribute(Self.prefix + $0.key, $0.value) }
    }

    fileprivate init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        self.init(name: try attributes.word("schedule"))
        for key in attributes.keys where key.hasPrefix(Self.prefix) {
            numbers.append(
                Number(key: String(key.dropFirst(Self.prefix.count)), value: try attributes.real(key)))
        }
    }
}

extension OptimizerOptions {
    fileprivate var attributes: [Attribute] {
        switch self {
        case .adam(let learningRate, let beta1, let beta2, let epsilon, let weightDecay),
            .adamw(let learningRate, let beta1, let beta2, let epsilon, let weightDecay):
            [
                Attribute("optimizer", name), Attribute("lr", learningRate), Attribute("beta1", beta1),
                Attribute("beta2", beta2), Attribute("eps", epsilon), Attribute("weight_decay", weightDecay),
            ]
        case .sgd(let learningRate, let momentum, let weightDecay):
            [
                Attribute("optimizer", name), Attribute("lr", learningRate), Attribute("momentum", momentum),
                Attribute("weight_decay", weightDecay),
            ]
        }
    }

    fileprivate init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        let name = try attributes.word("optimizer")
        switch name {
        case "adam", "adamw":
            let rate = try attributes.real("lr")
            let beta1 = try attributes.real("beta1")
            let beta2 = try attributes.real("beta2")
            let epsilon = try attributes.real("eps")
            let decay = try attributes.real("weight_decay")
            self =
                name == "adam"
                ? .adam(learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay)
                : .adamw(learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay)
        case "sgd":
            self = .sgd(
                learningRate: try attributes.real("lr"), momentum: try attributes.real("momentum"),
                weightDecay: try attributes.real("weight_decay"))
        default:
            throw GraphTextError(
                line: attributes.line, "expected the optimizer adam, adamw or sgd, found '\(name)'")
        }
    }
}
