import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `batch_norm(x, momentum: 0.1, eps: 1e-5)`
    static let batchNorm = OperatorSignature(
        name: "batch_norm", operands: .named(["x"]),
        arguments: [
            .optional("momentum", .real(.proportion), .real(0.1)), .optional("eps", .real(.positive), .real(1e-5)),
        ],
        hasParameters: true, build: buildBatchNorm)

    /// `instance_norm(x, eps: 1e-5, affine: false)`
    static let instanceNorm = OperatorSignature(
        name: "instance_norm", operands: .named(["x"]),
        arguments: [.optional("eps", .real(.positive), .real(1e-5)), .optional("affine", .boolean, .boolean(false))],
        hasParameters: true, parameterSwitch: "affine"
    ) { call, builder throws(Diagnostic) in
        let (channels, _) = try call.featureMap()
        return try normalizeGroups(channels, call, &builder, isAffine: call.arguments.boolean("affine"))
    }

    /// `layer_norm(x, eps: 1e-5)`, of the channels of each position.
    static let layerNorm = OperatorSignature(
        name: "layer_norm", operands: .named(["x"]), arguments: [.optional("eps", .real(.positive), .real(1e-5))],
        hasParameters: true
    ) { call, builder throws(Diagnostic) in
        let (channels, _) = try call.featureMap()
        let (x, epsilon) = (call.operands[0].id, call.arguments.real("eps"))
        let scale = try builder.channelParameter(.scale, channels: channels, of: call)
        let shift = try builder.channelParameter(.shift, channels: channels, of: call)
        let moments = try builder.intermediate(
            .layerNormalization(.moments(epsilon: epsilon)), [x], of: call, suffix: "moments")
        return try builder.result(.layerNormalization(.normalize), [x, moments, scale, shift], of: call)
    }

    /// `group_norm(x, groups:, eps: 1e-5)`
    static let groupNorm = OperatorSignature(
        name: "group_norm", operands: .named(["x"]),
        arguments: [
            .required("groups", .size, example: "groups: 8"), .optional("eps", .real(.positive), .real(1e-5)),
        ],
        hasParameters: true, build: buildGroupNorm)
}

/// Training normalises by the batch's moments and counts up the running ones, which evaluation uses.
private func buildBatchNorm(_ call: OperatorCall, _ builder: inout GraphBuilder) throws(Diagnostic) -> NodeID {
    let (channels, size) = try call.featureMap()
    let kinds: [ParameterKind] = [.scale, .shift, .runningMean, .runningVariance]
    var parameters: [NodeID] = []
    for kind in kinds { parameters.append(try builder.channelParameter(kind, channels: channels, of: call)) }
    let moments = try builder.intermediate(
        .normalization(.moments(.batch)), [call.operands[0].id], of: call, suffix: "moments")
    for (row, name) in ["running_mean", "running_var"].enumerated() {
        let update = NormalizationOp.updateRunning(row: row, momentum: call.arguments.real("momentum"), area: size.area)
        try builder.effect(.normalization(update), [parameters[2 + row], moments], of: call, suffix: "update_" + name)
    }
    return try builder.result(
        .normalization(.normalize(.batch, epsilon: call.arguments.real("eps"))),
        [call.operands[0].id, moments, parameters[0], parameters[1]], of: call)
}

private func buildGroupNorm(_ call: OperatorCall, _ builder: inout GraphBuilder) throws(Diagnostic) -> NodeID {
    let (channels, _) = try call.featureMap()
    let groups = call.arguments.integer("groups")
    guard channels % groups == 0 else {
        let input = call.operands[0]
        throw call.failure(
            "\(channels) channels of \(input.description) cannot be split into \(groups) groups", at: "groups",
            notes: [call.note(input)], hint: "groups must divide the number of channels")
    }
    return try normalizeGroups(groups, call, &builder, isAffine: true)
}

/// By the moments of so many groups of channels of each sample.
private func normalizeGroups(
    _ groups: Int, _ call: OperatorCall, _ builder: inout GraphBuilder, isAffine: Bool
) throws(Diagnostic) -> NodeID {
    let (channels, _) = try call.featureMap()
    var parameters: [NodeID] = []
    for kind in isAffine ? [ParameterKind.scale, .shift] : [] {
        parameters.append(try builder.channelParameter(kind, channels: channels, of: call))
    }
    let moments = try builder.intermediate(
        .normalization(.moments(.channels(groups))), [call.operands[0].id], of: call, suffix: "moments")
    return try builder.result(
        .normalization(.normalize(.channels(groups), epsilon: call.arguments.real("eps"))),
        [call.operands[0].id, moments] + parameters, of: call)
}
