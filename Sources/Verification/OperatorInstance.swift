import GraphIR

/// A graph of one operator of a net, on as few channels and positions as it can have without losing anything of its
/// windows, strides, paddings and remainders: for gradient checks, which take many evaluations.
struct OperatorInstance {
    /// Its outputs, or its loss, depend on the inputs `x0`, `x1` … that are to be differentiated, and on parameters.
    let graph: Graph
    let differentiable: [String]

    /// nil for nodes that have no gradient of their own.
    /// - Throws: `ShapeError` for a bug of ours.
    init?(_ node: Node, in source: Graph) throws {
        var builder = InstanceBuilder()
        let types = node.inputs.map { source[$0].type }
        switch node.op {
        case .conv(let g):
            let small = g.reduced
            try builder.output(
                .conv(small),
                [small.inputType, small.weightType] + types.dropFirst(2).map { _ in .fixed([small.outputChannels]) })
        case .convTranspose(let g):
            let small = g.reduced
            try builder.output(
                .convTranspose(small),
                [small.outputType, small.weightType] + types.dropFirst(2).map { _ in .fixed([small.inputChannels]) })
        case .maxPool(let g):
            let small = g.reduced
            try builder.output(.maxPool(small), [small.inputType])
        case .maxUnpool(let g):
            let small = g.reduced
            // Where a maximum lies changes by jumps: nothing flows to the second operand.
            try builder.output(.maxUnpool(small), [small.outputType, small.inputType], fixed: [1])
        case .resample(let map):
            let small = map.reduced
            try builder.output(.resample(small), [small.inputType])
        case .broadcast(.apply(let function, let share)):
            let map = TensorType.batched([2, 3, 3])
            try builder.output(.broadcast(.apply(function, share)), [map, share.type(of: (2, 3, 3))])
        case .broadcast(.mean): try builder.output(.broadcast(.mean), [.batched([2, 3, 3])])
        case .broadcast(.maximum): try builder.output(.broadcast(.maximum), [.batched([2, 3, 3])])
        case .normalize(let constants):
            let count = min(constants.means.count, 2)
            let small = ChannelConstants(
                means: Array(constants.means.prefix(count)), deviations: Array(constants.deviations.prefix(count)))
            try builder.output(.normalize(small), [.batched([count, 2, 3])])
        case .normalization(.normalize(let groups, let epsilon)): try builder.normalization(groups, epsilon)
        case .layerNormalization(.normalize): try builder.layerNormalization()
        case .softmax: try builder.output(.softmax, [.batched([min(types[0].shape[0], 4), 2, 3])])
        case .elementwise(let function):
            try builder.elementwise(function)
        case .channelSlice(let start, let count):
            let (before, after) = (min(start, 1), min(types[0].shape[0] - start - count, 1))
            try builder.output(.channelSlice(start: before, count: 2), [.batched([before + 2 + after, 2, 3])])
        case .channelPad(let before, let after):
            try builder.output(.channelPad(before: min(before, 2), after: min(after, 1)), [.batched([2, 2, 3])])
        case .concat: try builder.output(.concat, types.map { .batched([min($0.shape[0], 2), 2, 3]) })
        case .sampleLoss(let loss): try builder.sampleLoss(loss)
        case .classLoss(.crossEntropy(let loss)): try builder.crossEntropy(loss, channels: types[0].shape[0])
        case .classLoss(.overlap(let overlap)): try builder.overlap(overlap, channels: types[0].shape[0])
        case .input, .target, .parameter, .cotangent, .one, .convDataGradient, .convWeightGradient, .channelSum,
            .maxPick,
            .resampleGradient, .broadcast, .normalization, .layerNormalization, .softmaxGradient, .relayout,
            .sampleLossGradient,
            .classLoss, .batchMean, .batchMeanGradient, .update:
            return nil
        }
        graph = builder.graph
        differentiable = builder.differentiable
    }
}

/// Puts together the graph of one operator.
private struct InstanceBuilder {
    var graph = Graph(name: "instance")
    var differentiable: [String] = []

    private mutating func leaf(_ type: TensorType, isFixed: Bool) -> NodeID {
        let name = "x\(graph.nodes.count)"
        guard type.isBatched else {
            return graph.append(Node(op: .parameter(.weight, fanIn: 1), type: type, name: name))
        }
        if !isFixed { differentiable.append(name) }
        return graph.append(Node(op: .input, type: type, name: name))
    }

    private mutating func add(_ op: Op, _ inputs: [NodeID]) throws -> NodeID {
        let type = try op.resultType(inputs.map { graph[$0].type })
        return graph.append(Node(op: op, inputs: inputs, type: type, name: "v\(graph.nodes.count)"))
    }

    mutating func output(_ op: Op, _ types: [TensorType], fixed: Set<Int> = []) throws {
        let inputs = types.enumerated().map { leaf($1, isFixed: fixed.contains($0)) }
        graph.outputs = [NamedValue("y", try add(op, inputs))]
    }

    /// Operands that have to be above 0 are what an exponential function makes of others.
    mutating func elementwise(_ function: Elementwise) throws {
        let inputs = try (0..<function.operandCount).map { position in
            let x = leaf(.batched([2, 3, 3]), isFixed: false)
            guard function.domain(ofOperand: position) == .positive else { return x }
            return try add(.elementwise(Elementwise(.exponential)), [x])
        }
        graph.outputs = [NamedValue("y", try add(.elementwise(function), inputs))]
    }

    mutating func normalization(_ groups: NormalizationGroups, _ epsilon: Double) throws {
        let channels = groups == .batch ? 2 : 2 * groups.count(channels: 2)
        let x = leaf(.batched([channels, 3, 2]), isFixed: false)
        let moments = try add(.normalization(.moments(groups)), [x])
        let scale = leaf(.fixed([channels]), isFixed: true)
        let shift = leaf(.fixed([channels]), isFixed: true)
        let y = try add(.normalization(.normalize(groups, epsilon: epsilon)), [x, moments, scale, shift])
        graph.outputs = [NamedValue("y", y)]
    }

    mutating func layerNormalization() throws {
        let x = leaf(.batched([3, 2, 2]), isFixed: false)
        let moments = try add(.layerNormalization(.moments(epsilon: 0.1)), [x])
        let (scale, shift) = (leaf(.fixed([3]), isFixed: true), leaf(.fixed([3]), isFixed: true))
        let y = try add(.layerNormalization(.normalize), [x, moments, scale, shift])
        graph.outputs = [NamedValue("y", y)]
    }

    mutating func sampleLoss(_ loss: SampleLoss) throws {
        let x = leaf(.batched([1, 4, 3]), isFixed: false)
        let target = graph.append(Node(op: .target, type: .batched([1, 4, 3]), name: "target"))
        graph.loss = try add(.batchMean, [try add(.sampleLoss(loss), [x, target])])
    }

    mutating func crossEntropy(_ loss: ClassLoss, channels: Int) throws {
        let x = leaf(.batched([channels, 3, 2]), isFixed: false)
        let type = TensorType.classes([3, 2])
        let target = graph.append(Node(op: .target, type: type, name: "target"))
        graph.loss = try add(.classLoss(.ratio), [try add(.classLoss(.crossEntropy(loss)), [x, target])])
    }

    mutating func overlap(_ overlap: ClassOverlap, channels: Int) throws {
        let x = leaf(.batched([channels, 3, 2]), isFixed: false)
        let type = TensorType.classes([3, 2])
        let target = graph.append(Node(op: .target, type: type, name: "target"))
        let shares = try add(.softmax, [x])
        graph.loss = try add(.batchMean, [try add(.classLoss(.overlap(overlap)), [shares, target])])
    }
}

extension ConvGeometry {
    /// With at most two channels in each of at most two groups, and at most three output positions along each axis; what
    /// the last window leaves over stays.
    fileprivate var reduced: ConvGeometry {
        var small = self
        small.groups = min(groups, 2)
        small.inputChannels = small.groups * min(groupInputChannels, 2)
        small.outputChannels = small.groups * min(groupOutputChannels, 2)
        small.output = Extent(min(output.height, 3), min(output.width, 3))
        small.input = Extent(
            input.height - (output.height - small.output.height) * stride.height,
            input.width - (output.width - small.output.width) * stride.width)
        return small
    }
}

extension PoolGeometry {
    fileprivate var reduced: PoolGeometry {
        let size = Extent(
            input.height - max(0, output.height - 3) * stride.height,
            input.width - max(0, output.width - 3) * stride.width)
        return PoolGeometry(channels: min(channels, 2), input: size, kernel: kernel, stride: stride, padding: padding)
    }
}

extension Resampling {
    fileprivate var reduced: Resampling {
        let channels = min(channels, 2)
        if let pool = poolGeometry { return Resampling(channels: channels, input: pool.reduced.input, rule) }
        switch rule {
        case .averagePool, .nearest, .bilinear, .bedOfNails:
            return Resampling(channels: channels, input: Extent(min(input.height, 3), min(input.width, 3)), rule)
        case .resize:
            let smaller = { (extent: Extent) in Extent(min(extent.height, 7), min(extent.width, 7)) }
            return Resampling(channels: channels, input: smaller(input), output: smaller(output), rule)
        case .shift(let top, let left, let border):
            // A mirror shows as much as there is.
            let kept = border == .reflect ? 3 + reflected(top, left) : 3
            // The smaller of the two maps has three rows, and so on.
            let cut = Extent(
                max(0, min(input.height, output.height) - kept), max(0, min(input.width, output.width) - kept))
            return Resampling(
                channels: channels, input: Extent(input.height - cut.height, input.width - cut.width),
                output: Extent(output.height - cut.height, output.width - cut.width), rule)
        }
    }

    /// The widest border that a reflection adds or cuts.
    private func reflected(_ top: Int, _ left: Int) -> Int {
        max(abs(top), abs(left), abs(output.height - input.height - top), abs(output.width - input.width - left))
    }
}
