import GraphIR
import KernelIR

/// Turns a step into the kernel that computes it.
///
/// Leaves never become steps; asking for one is a bug of ours.
public func lower(_ request: KernelRequest) -> LoweredStep {
    switch request.node.op {
    case .conv(let geometry): convForward(request, geometry)
    case .convTranspose(let geometry), .convDataGradient(let geometry): convDataGradient(request, geometry)
    case .convWeightGradient(let geometry): convWeightGradient(request, geometry)
    case .channelSum: channelSum(request)
    case .maxPool(let geometry): maxPool(request, geometry)
    case .maxPoolGradient(let geometry): maxPoolGradient(request, geometry)
    case .elementwise(let function): elementwise(request, function)
    case .concat: concatCopy(request)
    case .channelSlice(let start, _): channelSliceCopy(request, start: start)
    case .bceWithLogits(let weight): bceWithLogits(request, positiveWeight: weight)
    case .bceWithLogitsGradient(let weight): bceWithLogitsGradient(request, positiveWeight: weight)
    case .diceLoss(let smooth): diceLoss(request, smooth: smooth)
    case .diceLossGradient(let smooth): diceLossGradient(request, smooth: smooth)
    case .batchMean: batchMean(request)
    case .batchMeanGradient: batchMeanGradient(request)
    case .one: fillOne(request)
    case .input, .target, .parameter, .cotangent, .update:
        fatalError("\(request.node.name): \(request.node.op.mnemonic) is not a step with a kernel of its own")
    }
}
