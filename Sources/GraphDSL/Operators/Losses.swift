import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `bce_with_logits(x, t, pos_weight: 1)`
    static let bceWithLogits = loss(
        "bce_with_logits", [.optional("pos_weight", .real(.positive), .real(1))]
    ) { .bceWithLogits(positiveWeight: $0.real("pos_weight")) }

    /// `dice_loss(x, t, smooth: 1)`
    static let diceLoss = loss("dice_loss", [.optional("smooth", .real(.nonNegative), .real(1))]) {
        .dice(smooth: $0.real("smooth"))
    }

    /// `mse(x, t)`
    static let meanSquaredError = loss("mse", []) { _ in .squaredError }

    /// `cross_entropy(x, t, ignore: none, weights: none)`: a mean over all positions of the batch that count.
    static let crossEntropy = OperatorSignature(
        name: "cross_entropy", operands: .comparison,
        arguments: [
            .optional("ignore", .optionalCount, .none), .optional("weights", .reals(.nonNegative), .reals([])),
        ]
    ) { call, builder throws(Diagnostic) in
        try requireClasses(call, builder)
        let loss = ClassLoss(
            ignored: call.arguments.optionalInteger("ignore"), weights: call.arguments.reals("weights"))
        let sums = try builder.intermediate(
            .classLoss(.crossEntropy(loss)), call.operands.map(\.id), of: call, suffix: "cross_entropy")
        return try builder.result(.classLoss(.ratio), [sums], of: call, suffix: "cross_entropy.mean")
    }

    /// A number per sample from logits and a target of their shape, then the mean over the batch.
    private static func loss(
        _ name: String, _ arguments: [ArgumentSpec], loss: @escaping @Sendable (BoundArguments) -> SampleLoss
    ) -> OperatorSignature {
        OperatorSignature(name: name, operands: .comparison, arguments: arguments) { call, builder throws(Diagnostic) in
            try requireComparable(call, builder)
            let perSample = try builder.intermediate(
                .sampleLoss(loss(call.arguments)), call.operands.map(\.id), of: call, suffix: name)
            return try builder.result(.batchMean, [perSample], of: call, suffix: name + ".mean")
        }
    }
}

/// The target is nothing that training would have to change.
private func requireTarget(_ call: OperatorCall, _ builder: GraphBuilder) throws(Diagnostic) {
    guard call.operands.count == 2 else { return }
    let (logits, target) = (call.operands[0], call.operands[1])
    guard builder.isTrained(target.id) || builder.isTarget(logits.id) && !builder.isTarget(target.id) else { return }
    let areSwapped = builder.isTarget(logits.id)
    throw call.failure(
        "\"\(call.name)\" compares with a target, found \(target.description), which "
            + (builder.isTrained(target.id) ? "the net computes" : "is none"),
        notes: areSwapped ? [call.note(logits)] : [],
        hint: areSwapped
            ? "the net's output comes first, then the target"
            : "the second operand of a loss must not depend on parameters")
}

/// Both of one shape.
private func requireComparable(_ call: OperatorCall, _ builder: GraphBuilder) throws(Diagnostic) {
    try requireTarget(call, builder)
    let (logits, target) = (call.operands[0], call.operands[1])
    if target.type.element == .classIndex {
        throw call.failure(
            "\"\(call.name)\" compares with real values, found the class map \(target.description)",
            notes: [call.note(target)],
            hint: "use cross_entropy, or declare the target as "
                + (logits.type.shape.isEmpty ? "[C, H, W]" : "\(logits.type.shape)"))
    }
    if logits.type.shape != target.type.shape {
        throw call.failure(
            "\"\(call.name)\" needs operands of one shape: \(logits.description) is \(logits.type), "
                + "\(target.description) is \(target.type)",
            notes: [call.note(logits), call.note(target)],
            hint: logits.type.shape.dropFirst() == target.type.shape.dropFirst()
                ? "a 1x1 conv to \(target.type.shape.first ?? 1) channels makes the logits fit" : nil)
    }
}

/// Logits for each class, and a map of class numbers of their height and width.
private func requireClasses(_ call: OperatorCall, _ builder: GraphBuilder) throws(Diagnostic) {
    try requireTarget(call, builder)
    let (logits, target) = (call.operands[0], call.operands[1])
    let (channels, size) = try call.featureMap()
    guard target.type.element == .classIndex else {
        throw call.failure(
            "\"cross_entropy\" compares with a class map, found \(target.description) of real values",
            notes: [call.note(target)], hint: "declare the target as classes[\(size.height), \(size.width)]")
    }
    guard target.type.shape == [size.height, size.width] else {
        throw call.failure(
            "\"cross_entropy\" needs maps of one height and width: \(logits.description) is \(logits.type), "
                + "\(target.description) is \(target.type)", notes: [call.note(logits), call.note(target)])
    }
    let weights = call.arguments.reals("weights")
    guard !call.arguments.isGiven("weights") || weights.count == channels else {
        throw call.failure(
            "\"weights\" of \"cross_entropy\" must hold a number for each of the \(channels) classes, found "
                + "\(weights.count)", at: "weights", notes: [call.note(logits)])
    }
    guard weights.isEmpty || weights.contains(where: { $0 > 0 }) else {
        throw call.failure("\"weights\" of \"cross_entropy\" must not all be 0", at: "weights")
    }
}
