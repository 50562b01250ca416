extension Op {
    /// The operator's payload, in the order in which dumps show it.
    package var attributes: [Attribute] {
        switch self {
        case .input, .target, .cotangent, .one, .channelSum, .concat, .relayout, .softmax, .softmaxGradient, .batchMean,
            .batchMeanGradient, .update:
            []
        case .parameter(let kind, let fanIn): [Attribute("kind", kind.rawValue), Attribute("fan_in", fanIn)]
        case .conv(let g), .convTranspose(let g), .convDataGradient(let g), .convWeightGradient(let g): g.attributes
        case .maxPool(let g), .maxUnpool(let g), .maxPick(let g): g.attributes
        case .resample(let map), .resampleGradient(let map): map.attributes
        case .broadcast(let op): op.attributes
        case .normalize(let constants): constants.attributes
        case .normalization(let op): op.attributes
        case .layerNormalization(let op): op.attributes
        case .elementwise(let function): function.attributes
        case .channelSlice(let start, let count): [Attribute("start", start), Attribute("count", count)]
        case .channelPad(let before, let after): [Attribute("before", before), Attribute("after", after)]
        case .sampleLoss(let loss), .sampleLossGradient(let loss): loss.attributes
        case .classLoss(let op): op.attributes
        }
    }

    /// The operator of a mnemonic and its payload; nil for an unknown mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        switch mnemonic {
        case "input": self = .input
        case "target": self = .target
        case "parameter":
            let kind = try attributes.choice("kind", of: ParameterKind.self)
            self = .parameter(kind, fanIn: try attributes.integer("fan_in"))
        case "cotangent": self = .cotangent
        case "one": self = .one
        case "conv": self = .conv(try ConvGeometry(&attributes))
        case "conv_transpose": self = .convTranspose(try ConvGeometry(&attributes))
        case "conv_data_gradient": self = .convDataGradient(try ConvGeometry(&attributes))
        case "conv_weight_gradient": self = .convWeightGradient(try ConvGeometry(&attributes))
        case "channel_sum": self = .channelSum
        case "max_pool": self = .maxPool(try PoolGeometry(&attributes))
        case "max_unpool": self = .maxUnpool(try PoolGeometry(&attributes))
        case "max_pick": self = .maxPick(try PoolGeometry(&attributes))
        case "normalize": self = .normalize(try ChannelConstants(&attributes))
        case "softmax": self = .softmax
        case "softmax_gradient": self = .softmaxGradient
        case "concat": self = .concat
        case "channel_slice":
            self = .channelSlice(start: try attributes.integer("start"), count: try attributes.integer("count"))
        case "channel_pad":
            self = .channelPad(before: try attributes.integer("before"), after: try attributes.integer("after"))
        case "relayout": self = .relayout
        case "batch_mean": self = .batchMean
        case "batch_mean_gradient": self = .batchMeanGradient
        case "update": self = .update
        default:
            guard let op = try Op(family: mnemonic, &attributes) else { return nil }
            self = op
        }
    }

    /// The operators of families that know their own mnemonics.
    private init?(family mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        let suffix = "_gradient"
        let stem = mnemonic.hasSuffix(suffix) ? String(mnemonic.dropLast(suffix.count)) : nil
        if let function = try Elementwise(mnemonic: mnemonic, &attributes) {
            self = .elementwise(function)
        } else if let op = try NormalizationOp(mnemonic: mnemonic, &attributes) {
            self = .normalization(op)
        } else if let op = try LayerNormalization(mnemonic: mnemonic, &attributes) {
            self = .layerNormalization(op)
        } else if let op = try Broadcasting(mnemonic: mnemonic, &attributes) {
            self = .broadcast(op)
        } else if let op = try ClassLossOp(mnemonic: mnemonic, &attributes) {
            self = .classLoss(op)
        } else if let map = try Resampling(mnemonic: stem ?? mnemonic, &attributes) {
            self = stem == nil ? .resample(map) : .resampleGradient(map)
        } else if let loss = try SampleLoss(mnemonic: stem ?? mnemonic, &attributes) {
            self = stem == nil ? .sampleLoss(loss) : .sampleLossGradient(loss)
        } else {
            return nil
        }
    }
}

extension ConvGeometry {
    var attributes: [Attribute] {
        [
            Attribute("input", channels: inputChannels, input), Attribute("output", channels: outputChannels, output),
            Attribute("kernel", kernel), Attribute("stride", stride), Attribute("padding", padding),
            Attribute("dilation", dilation), Attribute("groups", groups),
        ] + (isLinear ? [Attribute("linear", "true")] : [])
    }

    init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        let input = try attributes.map("input")
        let output = try attributes.map("output")
        self.init(
            inputChannels: input.channels, input: input.size, outputChannels: output.channels, output: output.size,
            kernel: try attributes.extent("kernel"), stride: try attributes.extent("stride"),
            padding: try attributes.padding("padding"), dilation: try attributes.extent("dilation"),
            groups: try attributes.integer("groups"))
        if attributes.has("linear") { isLinear = try attributes.boolean("linear") }
    }
}

extension PoolGeometry {
    var attributes: [Attribute] {
        [
            Attribute("input", channels: channels, input), Attribute("output", channels: channels, output),
            Attribute("kernel", kernel), Attribute("stride", stride), Attribute("padding", padding),
        ]
    }

    /// The geometry as written: the sizes are not computed from each other, since those of a bad text need not fit.
    init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        (channels, input, output) = try attributes.maps(of: "a pooling window")
        self.kernel = try attributes.extent("kernel")
        self.stride = try attributes.extent("stride")
        self.padding = try attributes.padding("padding")
    }
}
