import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `bce_with_logits(x, t, pos_weight: 1)`
    static let bceWithLogits = loss(
        "bce_with_logits", [.optional("pos_weight", .real(.positive), .real(1))]
    ) { .bceWithLogits(positiveWeight: $0.real("pos_weight", default: 1)) }

    /// `dice_loss(x, t, smooth: 1)`
    static let diceLoss = loss("dice_loss", [.optional("smooth", .real(.nonNegative), .real(1))]) {
        .diceLoss(smooth: $0.real("smooth", default: 1))
    }

    /// A number per sample from logits and a target of their shape, then the mean over the batch.
    private static func loss(
        _ name: String, _ arguments: [ArgumentSpec], op: @escaping @Sendable (BoundArguments) -> Op
    ) -> OperatorSignature {
        OperatorSignature(name: name, operands: .comparison, arguments: arguments) { call, builder throws(Diagnostic) in
            try requireComparable(call, builder)
            let perSample = try builder.intermediate(
                op(call.arguments), call.operands.map(\.id), of: call, suffix: name)
            return try builder.result(.batchMean, [perSample], of: call, suffix: name + ".mean")
        }
    }
}

/// Both of one shape, and the target nothing that training would have to change.
private func requireComparable(_ call: OperatorCall, _ builder: GraphBuilder) throws(Diagnostic) {
    guard call.operands.count == 2 else { return }
    let (logits, target) = (call.operands[0], call.operands[1])
    if builder.isTrained(target.id) || builder.isTarget(logits.id) && !builder.isTarget(target.id) {
        let areSwapped = builder.isTarget(logits.id)
        throw call.failure(
            "\"\(call.name)\" compares with a target, found \(target.description), which "
                + (builder.isTrained(target.id) ? "the net computes" : "is none"),
            notes: areSwapped ? [call.note(logits)] : [],
            hint: areSwapped
                ? "the net's output comes first, then the target"
                : "the second operand of a loss must not depend on parameters")
    }
    if target.type.element == .classIndex {
        throw call.failure(
            "\"\(call.name)\" compares with real values, found the class map \(target.description)",
            notes: [call.note(target)],
            hint: "declare the target as " + (logits.type.shape.isEmpty ? "[C, H, W]" : "\(logits.type.shape)"))
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
