import GraphIR

/// Normalisations.
extension ONNXImporter {
    mutating func normalizations(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        switch node.op {
        case "BatchNormalization": [.map(try batchNormalization(node))]
        case "InstanceNormalization": [.map(try instanceNormalization(node))]
        case "GroupNormalization": [.map(try groupNormalization(node))]
        case "LayerNormalization": [.map(try layerNormalization(node))]
        default: nil
        }
    }

    private func numbers(_ node: ONNXNode, _ position: Int, _ what: String, count: Int) throws(ExchangeError) -> [Float]
    {
        let tensor = try floats(node, position, "the \(what)")
        guard tensor.shape == [count] else {
            throw ExchangeError("the \(what) has the shape \(tensor.shape), expected [\(count)]")
        }
        return tensor.floats
    }

    private func parameters(_ values: KeyValuePairs<String, [Float]>) -> [ImportedStatement.Parameter] {
        values.map { ImportedStatement.Parameter(suffix: $0.key, shape: [$0.value.count], values: $0.value) }
    }

    private func arguments(_ node: ONNXNode, _ list: [String] = []) -> String {
        let epsilon = node.float("epsilon", default: 1e-5)
        return (["%0"] + list + (epsilon == 1e-5 ? [] : ["eps: \(epsilon)"])).joined(separator: ", ")
    }

    private mutating func batchNormalization(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let input = try plainMap(node)
        let map = statement(of: input)
        let names = ["scale", "shift", "mean", "variance"]
        var lists: [[Float]] = []
        for (position, name) in names.enumerated() {
            lists.append(try numbers(node, position + 1, name, count: map.channels))
        }
        // What is kept there is what is taken of the batch here; as a number of few digits.
        let momentum = (Double(1 - node.float("momentum", default: 0.9)) * 1e6).rounded() / 1e6
        return try add(
            "batch_norm(\(arguments(node, momentum == 0.1 ? [] : ["momentum: \(momentum)"])))", [input],
            channels: map.channels, map.extent, node,
            parameters: parameters([
                "weight": lists[0], "bias": lists[1], "running_mean": lists[2], "running_var": lists[3],
            ]), name: statementName(weight: node.inputs[1]))
    }

    /// Of each channel, or of groups of channels that have been made long rows.
    private mutating func instanceNormalization(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let map = statement(of: view)
        guard view.order != .permuted([]), view.shape.count >= 3, view.shape[0] == batch else {
            throw ExchangeError("it is of a map of shape \(view.shape)")
        }
        if case .permuted = view.order { throw ExchangeError("it is of a map with its axes in another order") }
        let groups = view.shape[1]
        guard groups > 0, map.channels % groups == 0 else {
            throw ExchangeError("its \(groups) rows are no groups of \(map.channels) channels")
        }
        let scale = try numbers(node, 1, "scale", count: groups)
        let shift = try numbers(node, 2, "shift", count: groups)
        let size = map.channels / groups
        let spread = { (values: [Float]) in values.flatMap { Array(repeating: $0, count: size) } }
        var result = try add(
            "group_norm(\(arguments(node, ["groups: \(groups)"])))", [view], channels: map.channels, map.extent, node,
            parameters: parameters(["weight": spread(scale), "bias": spread(shift)]),
            name: statementName(weight: node.inputs[1]))
        statements[result.statement].isAffine = true
        (result.shape, result.order) = (view.shape, view.order)
        return result
    }

    private mutating func groupNormalization(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let input = try plainMap(node)
        let map = statement(of: input)
        let groups = node.integer("num_groups", default: 1)
        guard groups > 0, map.channels % groups == 0 else {
            throw ExchangeError("\(groups) groups of \(map.channels) channels make no sense")
        }
        // Before version 21 there was a number for each group.
        let count = model.opset < 21 ? groups : map.channels
        let scale = try numbers(node, 1, "scale", count: count)
        let shift = try numbers(node, 2, "shift", count: count)
        let spread = { (values: [Float]) in values.flatMap { Array(repeating: $0, count: map.channels / values.count) }
        }
        return try add(
            "group_norm(\(arguments(node, ["groups: \(groups)"])))", [input], channels: map.channels, map.extent, node,
            parameters: parameters(["weight": spread(scale), "bias": spread(shift)]),
            name: statementName(weight: node.inputs[1]))
    }

    /// Over the channels of each position.
    private mutating func layerNormalization(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let map = statement(of: view)
        let axis = node.integer("axis", default: -1)
        let first = axis < 0 ? axis + view.shape.count : axis
        guard first == view.shape.count - 1, view.axis(first) == 1 else {
            throw ExchangeError("it is over other axes than the channels", hint: "use group_norm(x, groups: 1)")
        }
        let scale = try numbers(node, 1, "scale", count: map.channels)
        let shift =
            has(node, 2)
            ? try numbers(node, 2, "shift", count: map.channels) : Array(repeating: 0, count: map.channels)
        var result = try add(
            "layer_norm(\(arguments(node)))", [view], channels: map.channels, map.extent, node,
            parameters: parameters(["weight": scale, "bias": shift]), name: statementName(weight: node.inputs[1]))
        (result.shape, result.order) = (view.shape, view.order)
        return result
    }
}
