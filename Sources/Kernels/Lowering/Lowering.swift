import GraphIR
import KernelIR
import Programs

/// A convolution or one of its gradients, by the algorithm that has been chosen for it.
private func convolution(_ request: KernelRequest, _ g: ConvGeometry) -> LoweredStep {
    let op = request.node.op
    guard let algorithm = request.algorithm, let method = request.algorithm?.method,
        let lowering = method.lowering(of: op), let target = method.vectors(for: op, on: request.target)
    else { fatalError("\(request.node.name): no algorithm has been chosen that computes it") }
    let demand = method.demand(op, target: request.target, operandCount: request.inputs.count)
    let found = LayoutDemand(inputs: request.inputs.map(\.layout), result: request.result.layout)
    precondition(demand == found, "\(request.node.name): its maps are not laid out for \(algorithm.name)")
    precondition(
        request.companions.allSatisfy { method.makes($0.op, beside: op) },
        "\(request.node.name): its algorithm does not make the values beside it")
    var request = request
    request.target = target
    return lowering(request, g)
}

/// Turns a step into the kernel that computes it.
///
/// Leaves never become steps; asking for one is a bug of ours.
public func lower(_ request: KernelRequest) -> LoweredStep {
    switch request.node.op {
    case .conv(let geometry), .convTranspose(let geometry), .convDataGradient(let geometry),
        .convWeightGradient(let geometry):
        convolution(request, geometry)
    case .channelSum: request.inputs[0].layout == .nchw ? channelSum(request) : blockedChannelSum(request)
    case .maxPool(let geometry):
        request.result.layout == .nchw ? maxPool(request, geometry) : BlockedPool(request, geometry).forward()
    case .maxUnpool(let geometry):
        request.result.layout == .nchw ? maxUnpool(request, geometry) : BlockedPool(request, geometry).unpool()
    case .maxPick(let geometry): maxPick(request, geometry)
    case .resample(let map): resample(request, map)
    case .resampleGradient(let map): resampleGradient(request, map)
    case .broadcast(let op): broadcasting(request, op)
    case .normalize(let constants): normalizeChannels(request, constants)
    case .normalization(let op): normalization(request, op)
    case .layerNormalization(let op): layerNormalization(request, op)
    case .softmax: softmax(request)
    case .softmaxGradient: softmaxGradient(request)
    case .elementwise(let function): elementwise(request, function)
    case .concat: concatCopy(request)
    case .channelSlice(let start, _): channelSliceCopy(request, start: start)
    case .channelPad(let before, _): channelPadding(request, before: before)
    case .sampleLoss(let loss): sampleLoss(request, loss)
    case .sampleLossGradient(let loss): sampleLossGradient(request, loss)
    case .classLoss(let op): classLoss(request, op)
    case .relayout: relayout(request)
    case .batchMean: batchMean(request)
    case .batchMeanGradient: batchMeanGradient(request)
    case .one: fillOne(request)
    case .input, .target, .parameter, .cotangent, .update:
        fatalError("\(request.node.name): \(request.node.op.mnemonic) is not a step with a kernel of its own")
    }
}
