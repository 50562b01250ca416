import Diagnostics
import GraphIR

extension OperatorSignature {
    /// Those that are declared by formulas: a number per sample of logits and a target, then the mean over the batch.
    static let sampleLosses = LossDeclaration.all.map { declaration in
        OperatorSignature(
            name: declaration.name, operands: .comparison,
            arguments: declaration.parameters.map(ArgumentSpec.init)
                + (declaration.takesClasses ? [.optional("ignore", .optionalCount, .none)] : [])
        ) { call, builder throws(Diagnostic) in
            let loss = SampleLoss(declaration, call.arguments.constants(declaration.parameters))
            let perSample =
                declaration.takesClasses && call.operands[1].type.isClasses
                ? try overlapOfClasses(loss, call, &builder) : try comparison(loss, call, &builder)
            return try builder.result(.batchMean, [perSample], of: call, suffix: call.name + ".mean")
        }
    }

    /// `cross_entropy(x, t, ignore: none, weights: none)`: a mean over all positions of the batch that count.
    static let crossEntropy = OperatorSignature(
        name: "cross_entropy", operands: .comparison,
        arguments: [
            .optional("ignore", .optionalCount, .none), .optional("weights", .reals(.nonNegative), .reals([])),
            .optional("label_smoothing", .real(.proportion), .real(0)),
        ]
    ) { call, builder throws(Diagnostic) in
        try requireClasses(call, builder)
        let loss = ClassLoss(
            ignored: call.arguments.optionalInteger("ignore"), weights: call.arguments.reals("weights"),
            labelSmoothing: call.arguments.real("label_smoothing"))
        let sums = try builder.intermediate(
            .classLoss(.crossEntropy(loss)), call.operands.map(\.id), of: call, suffix: "cross_entropy")
        return try builder.result(.classLoss(.ratio), [sums], of: call, suffix: "cross_entropy.mean")
    }
}

/// A number per sample, of logits and a target of their shape.
private func comparison(
    _ loss: SampleLoss, _ call: OperatorCall, _ builder: inout GraphBuilder
) throws(Diagnostic) -> NodeID {
    try requireComparable(call, builder)
    guard !call.arguments.isGiven("ignore") else {
        throw call.failure(
            "\"ignore\" of \"\(call.name)\" names a class, but \(call.operands[1].description) is no class map",
            at: "ignore")
    }
    return try builder.intermediate(.sampleLoss(loss), call.operands.map(\.id), of: call, suffix: call.name)
}

/// A number per sample, of softmax's shares and a map of classes.
private func overlapOfClasses(
    _ loss: SampleLoss, _ call: OperatorCall, _ builder: inout GraphBuilder
) throws(Diagnostic) -> NodeID {
    try requireClasses(call, builder)
    let shares = try builder.intermediate(.softmax, [call.operands[0].id], of: call, suffix: call.name + ".softmax")
    let overlap = ClassOverlap(loss, ignored: call.arguments.optionalInteger("ignore"))
    return try builder.intermediate(
        .classLoss(.overlap(overlap)), [shares, call.operands[1].id], of: call, suffix: call.name)
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
    if target.type.isClasses {
        throw call.failure(
            "\"\(call.name)\" compares with real values, found the class map \(target.description)",
            notes: [call.note(target)],
            hint: "use cross_entropy or dice_loss, or declare the target as "
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
    guard target.type.isClasses else {
        throw call.failure(
            "\"\(call.name)\" compares with a class map, found \(target.description) of real values",
            notes: [call.note(target)], hint: "declare the target as classes[\(size.height), \(size.width)]")
    }
    guard target.type.shape == [size.height, size.width] else {
        throw call.failure(
            "\"\(call.name)\" needs maps of one height and width: \(logits.description) is \(logits.type), "
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
