import GraphIR

/// Normalisations that are nodes of their own.
extension ONNXExporter {
    mutating func addNormalization(_ id: NodeID, _ groups: NormalizationGroups, _ epsilon: Double) throws {
        switch groups {
        case .batch: try addBatchNormalization(id, epsilon)
        case .channels(let count): try addGroupNormalization(id, count, epsilon)
        }
    }

    /// Each channel minus its mean, divided by its deviation.
    mutating func addConstants(_ id: NodeID, _ constants: ChannelConstants) {
        let shape = [constants.means.count, 1, 1]
        let name = graph[id].name
        let means = store("\(name).means", shape: shape, .floats(constants.means.map(Float.init)))
        let deviations = store("\(name).deviations", shape: shape, .floats(constants.deviations.map(Float.init)))
        add("Div", [add("Sub", [value(graph[id].inputs[0]), means], within: id), deviations], for: id)
    }

    /// The channels of each position: the last axis, where `LayerNormalization` looks for them.
    mutating func addLayerNormalization(_ id: NodeID) throws {
        let inputs = graph[id].inputs
        guard case .layerNormalization(.moments(let epsilon)) = graph[inputs[1]].op else {
            fatalError("\(graph[id].name) has no moments")
        }
        let last = add("Transpose", [value(inputs[0])], [attribute("perm", [0, 2, 3, 1])], within: id)
        let normal = add(
            "LayerNormalization", [last, try store(parameter: inputs[2]), try store(parameter: inputs[3])],
            [attribute("axis", -1), attribute("epsilon", epsilon)], within: id)
        add("Transpose", [normal], [attribute("perm", [0, 3, 1, 2])], for: id)
    }

    private mutating func addBatchNormalization(_ id: NodeID, _ epsilon: Double) throws {
        let inputs = graph[id].inputs
        guard case .normalization(.runningMoments) = graph[inputs[1]].op else {
            throw ExchangeError(
                "\"\(graph[id].name)\" normalises by the batch that it is given, which no exported model can")
        }
        let moments = graph[inputs[1]].inputs
        let constants = try [inputs[2], inputs[3], moments[0], moments[1]].map { try store(parameter: $0) }
        var attributes = [attribute("epsilon", epsilon)]
        // How much of the old value stays; without it 0.9, as here.
        if let momentum = momenta[graph[moments[0]].name], momentum != 0.1 {
            attributes.append(attribute("momentum", 1 - momentum))
        }
        add("BatchNormalization", [value(inputs[0])] + constants, attributes, for: id)
    }

    /// Each group as one long row, which `InstanceNormalization` normalises; ONNX has an operator for groups of channels only from
    /// version 21 on.
    private mutating func addGroupNormalization(_ id: NodeID, _ groups: Int, _ epsilon: Double) throws {
        let inputs = graph[id].inputs
        let (input, channels) = (value(inputs[0]), graph[id].type.shape[0])
        guard inputs.count > 2 else { return try addBareNormalization(id, groups, epsilon) }
        let (scale, shift) = (try store(parameter: inputs[2]), try store(parameter: inputs[3]))
        if groups == channels {
            return add("InstanceNormalization", [input, scale, shift], [attribute("epsilon", epsilon)], for: id)
        }
        if options.opset >= 21 {
            return add(
                "GroupNormalization", [input, scale, shift],
                [attribute("epsilon", epsilon), attribute("num_groups", groups)], for: id)
        }
        let map = addRows(id, groups, epsilon)
        let column = store("column", [channels, 1, 1], within: id)
        let scaled = add("Mul", [map, add("Reshape", [scale, column], within: id)], within: id)
        add("Add", [scaled, add("Reshape", [shift, column], within: id)], for: id)
    }

    /// Without a scale and a shift.
    private mutating func addBareNormalization(_ id: NodeID, _ groups: Int, _ epsilon: Double) throws {
        guard groups == graph[id].type.shape[0] else {
            return add("Identity", [addRows(id, groups, epsilon)], for: id)
        }
        let (ones, zeros) = units(id, groups)
        add(
            "InstanceNormalization", [value(graph[id].inputs[0]), ones, zeros], [attribute("epsilon", epsilon)], for: id
        )
    }

    private mutating func units(_ id: NodeID, _ count: Int) -> (ones: String, zeros: String) {
        let name = graph[id].name
        return (
            store("\(name).ones", shape: [count], .floats(Array(repeating: 1, count: count))),
            store("\(name).zeros", shape: [count], .floats(Array(repeating: 0, count: count)))
        )
    }

    /// Groups of channels as rows, normalised, and as a map again.
    private mutating func addRows(_ id: NodeID, _ groups: Int, _ epsilon: Double) -> String {
        let input = value(graph[id].inputs[0])
        let rows = add("Reshape", [input, store("rows", [0, groups, -1], within: id)], within: id)
        let (ones, zeros) = units(id, groups)
        let normal = add("InstanceNormalization", [rows, ones, zeros], [attribute("epsilon", epsilon)], within: id)
        return add("Reshape", [normal, add("Shape", [input], within: id)], within: id)
    }
}
