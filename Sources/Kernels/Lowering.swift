import GraphIR
import KernelIR
import Programs

/// A convolution or one of its gradients, by the algorithm that has been chosen for it.
private func convolution(_ request: KernelRequest) -> LoweredStep {
    let op = request.node.op
    guard let algorithm = request.algorithm, let target = algorithm.vectors(for: op, on: request.target) else {
        fatalError("\(request.node.name): no algorithm has been chosen that computes it")
    }
    let demand = algorithm.demand(op, target: request.target, operandCount: request.inputs.count)
    let found = LayoutDemand(inputs: request.inputs.map(\.layout), result: request.result.layout)
    precondition(demand == found, "\(request.node.name): its maps are not laid out for \(algorithm.name)")
    precondition(
        request.companions.allSatisfy { algorithm.canMake($0.op, beside: op) },
        "\(request.node.name): its algorithm does not make the values beside it")
    var request = request
    request.target = target
    switch (algorithm, op) {
    case (.gemm, .conv(let g)): return convForward(request, g)
    case (.gemm, .convTranspose(let g)), (.gemm, .convDataGradient(let g)): return convDataGradient(request, g)
    case (.gemm, .convWeightGradient(let g)): return convWeightGradient(request, g)
    case (.winograd(let tile), .conv(let g)):
        return winogradConvolution(request, WinogradShape(forward: g, tile: tile), flops: g.flopsPerSample)
    case (.winograd(let tile), .convTranspose(let g)), (.winograd(let tile), .convDataGradient(let g)):
        return winogradConvolution(request, WinogradShape(dataGradient: g, tile: tile), flops: g.flopsPerSample)
    case (.winograd(let tile), .convWeightGradient(let g)): return winogradWeightGradient(request, g, tile: tile)
    case (.direct, .conv(let g)): return directConvolution(request, g)
    case (.direct, .convTranspose(let g)), (.direct, .convDataGradient(let g)): return directDataGradient(request, g)
    case (.direct, .convWeightGradient(let g)): return directWeightGradient(request, g)
    case (.patch, .conv(let g)): return patchConvolution(request, g)
    case (.patch, .convTranspose(let g)), (.patch, .convDataGradient(let g)): return patchDataGradient(request, g)
    case (.patch, .convWeightGradient(let g)): return patchWeightGradient(request, g)
    case (.narrowInput, .conv(let g)): return narrowInputConvolution(request, g)
    case (.narrowInput, .convWeightGradient(let g)): return narrowInputWeightGradient(request, g)
    case (.narrowOutput, .conv(let g)): return NarrowOutput(request, g).forward()
    case (.narrowOutput, .convTranspose(let g)), (.narrowOutput, .convDataGradient(let g)):
        return NarrowOutput(request, g).dataGradient()
    case (.narrowOutput, .convWeightGradient(let g)): return NarrowOutput(request, g).weightGradient()
    default: fatalError("\(request.node.name): \(op.mnemonic) is no convolution")
    }
}

/// Turns a step into the kernel that computes it.
///
/// Leaves never become steps; asking for one is a bug of ours.
public func lower(_ request: KernelRequest) -> LoweredStep {
    switch request.node.op {
    case .conv, .convTranspose, .convDataGradient, .convWeightGradient: convolution(request)
    case .channelSum: request.inputs[0].layout == .nchw ? channelSum(request) : blockedChannelSum(request)
    case .maxPool(let geometry):
        request.result.layout == .nchw ? maxPool(request, geometry) : BlockedPool(request, geometry).forward()
    case .maxUnpool(let geometry):
        request.result.layout == .nchw ? maxUnpool(request, geometry) : BlockedPool(request, geometry).unpool()
    case .maxPick(let geometry): maxPick(request, geometry)
    case .resample(let map): resample(request, map)
    case .resampleGradient(let map): resampleGradient(request, map)
    case .normalization(let op): normalization(request, op)
    case .softmax: softmax(request)
    case .softmaxGradient: softmaxGradient(request)
    case .elementwise(let function): elementwise(request, function)
    case .concat: concatCopy(request)
    case .channelSlice(let start, _): channelSliceCopy(request, start: start)
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
