extension Op {
    /// What is wrong with the operator's constants; empty when its shape rule may compute with them.
    var constantProblems: [String] {
        switch self {
        case .input, .target, .parameter, .cotangent, .one, .channelSum, .concat, .relayout, .softmax, .softmaxGradient,
            .batchMean, .batchMeanGradient, .update:
            []
        case .conv(let g), .convTranspose(let g), .convDataGradient(let g), .convWeightGradient(let g): g.problems
        case .maxPool(let g), .maxUnpool(let g), .maxPick(let g): g.problems
        case .resample(let map), .resampleGradient(let map): map.problems
        case .broadcast(let op): op.problems
        case .normalize(let constants): constants.problems
        case .normalization(let op): op.problems
        case .layerNormalization(let op): op.problems
        case .elementwise(let function): function.constantProblems
        case .channelSlice(let start, let count):
            outOfRange("start", [start], from: 0) + outOfRange("count", [count], from: 1)
        case .channelPad(let before, let after): outOfRange("channels", [before, after], from: 0)
        case .sampleLoss(let loss), .sampleLossGradient(let loss): loss.problems
        case .classLoss(let op): op.problems
        }
    }
}

extension ConvGeometry {
    fileprivate var problems: [String] {
        let ranges =
            outOfRange("input", [inputChannels, input.height, input.width], from: 1)
            + outOfRange("output", [outputChannels, output.height, output.width], from: 1)
            + outOfRange("kernel", [kernel.height, kernel.width], from: 1)
            + outOfRange("stride", [stride.height, stride.width], from: 1)
            + outOfRange("padding", [padding.top, padding.left, padding.bottom, padding.right], from: 0)
            + outOfRange("dilation", [dilation.height, dilation.width], from: 1)
            + outOfRange("groups", [groups], from: 1)
        guard ranges.isEmpty else { return ranges }
        guard !isLinear || groups == 1 && kernel == Extent(1) else {
            return ["a weight of two dimensions goes with one group and kernels of one tap"]
        }
        guard inputChannels % groups == 0, outputChannels % groups == 0 else {
            return ["\(groups) groups do not divide \(inputChannels) input and \(outputChannels) output channels"]
        }
        let expected = ConvGeometry(
            inputChannels: inputChannels, input: input, outputChannels: outputChannels, kernel: kernel, stride: stride,
            padding: padding, dilation: dilation, groups: groups
        ).output
        return expected == output ? [] : [unexpectedOutput(expected, output)]
    }
}

extension PoolGeometry {
    fileprivate var problems: [String] {
        let ranges =
            outOfRange("input", [channels, input.height, input.width], from: 1)
            + outOfRange("output", [output.height, output.width], from: 1)
            + outOfRange("kernel", [kernel.height, kernel.width], from: 1)
            + outOfRange("stride", [stride.height, stride.width], from: 1)
            + outOfRange("padding", [padding.top, padding.left, padding.bottom, padding.right], from: 0)
        guard ranges.isEmpty else { return ranges }
        // A window that lies wholly on the padding has no maximum.
        guard max(padding.top, padding.bottom) < kernel.height, max(padding.left, padding.right) < kernel.width else {
            return ["the padding should be smaller than the window \(kernel.height) × \(kernel.width)"]
        }
        let expected = PoolGeometry(
            channels: channels, input: input, kernel: kernel, stride: stride, padding: padding
        ).output
        return expected == output ? [] : [unexpectedOutput(expected, output)]
    }
}

func unexpectedOutput(_ expected: Extent, _ found: Extent) -> String {
    "the output should be \(expected.height) × \(expected.width), found \(found.height) × \(found.width)"
}

/// Numbers below 2³¹ can be combined as shape rules do without overflow.
func outOfRange(_ name: String, _ values: [Int], from least: Int) -> [String] {
    values.filter { $0 < least || $0 >= TensorType.dimensionLimit }.map {
        "\(name) should be \($0 < least ? "at least \(least)" : "below 2^31"), found \($0)"
    }
}
