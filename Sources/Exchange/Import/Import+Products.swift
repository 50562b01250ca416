import GraphIR

/// Products with matrices, as convolutions with windows of the whole map.
extension ONNXImporter {
    mutating func products(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        node.op == "Gemm" || node.op == "MatMul" ? [.map(try product(node))] : nil
    }

    private mutating func product(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let matrix = try floats(node, 1, "the matrix")
        guard matrix.shape.count == 2, node.integer("transA", default: 0) == 0, node.float("alpha", default: 1) == 1,
            node.float("beta", default: 1) == 1
        else {
            throw ExchangeError("its matrix of shape \(matrix.shape) is turned or scaled in a way that is not read")
        }
        let isTurned = node.integer("transB", default: 0) == 1
        let (inputs, outputs) = isTurned ? (matrix.shape[1], matrix.shape[0]) : (matrix.shape[0], matrix.shape[1])
        let weights = isTurned ? matrix.floats : Self.turned(matrix.floats, rows: inputs, columns: outputs)
        let map = statement(of: view)
        let bias = has(node, 2) ? try floats(node, 2, "the bias") : nil
        guard bias.map({ $0.values.count == outputs }) ?? true else {
            throw ExchangeError("its bias has the shape \(bias?.shape ?? []), expected [\(outputs)]")
        }
        // A row of all numbers of a map: the window is the map.
        let isRow = view.shape == [batch, inputs] && map.shape.reduce(1, *) == inputs
        if isRow, view.order == .flat {
            var result = try product(view, weights, bias, outputs, map.extent, Extent(1), node, matrix.name)
            (result.shape, result.order) = ([batch, outputs], .flat)
            return result
        }
        // The channels of each position, which are the last axis.
        guard view.axis(view.shape.count - 1) == 1, map.channels == inputs else {
            throw ExchangeError(
                "it multiplies a map of shape \(view.shape) along an axis that is not the channels",
                hint: "attention over positions is not in the language")
        }
        var result = try product(view, weights, bias, outputs, Extent(1), map.extent, node, matrix.name)
        (result.shape, result.order) = (Array(view.shape.dropLast()) + [outputs], view.order)
        return result
    }

    private mutating func product(
        _ view: MapView, _ weights: [Float], _ bias: ONNXTensor?, _ outputs: Int, _ kernel: Extent, _ extent: Extent,
        _ node: ONNXNode, _ name: String
    ) throws(ExchangeError) -> MapView {
        let weight = ONNXTensor(
            name: name, shape: [outputs, statement(of: view).channels, kernel.height, kernel.width],
            values: .floats(weights))
        let list = bias.map { ONNXTensor(name: $0.name, shape: [outputs], values: .floats($0.floats)) }
        return try add(
            "conv", view, ["\(outputs)", "kernel: \(text(kernel))"], weight, list, channels: outputs, extent, node)
    }

    private static func turned(_ values: [Float], rows: Int, columns: Int) -> [Float] {
        (0..<columns * rows).map { values[$0 % rows * columns + $0 / rows] }
    }
}
