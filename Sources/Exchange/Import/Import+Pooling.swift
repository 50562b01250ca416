import GraphIR

/// Pooling, and the way back.
extension ONNXImporter {
    mutating func poolings(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        switch node.op {
        case "MaxPool":
            let pool = try pooling(node, "max_pool")
            return [.map(pool), .places(pool.statement)]
        case "AveragePool": return [.map(try pooling(node, "avg_pool"))]
        case "MaxUnpool": return [.map(try unpooling(node))]
        case "GlobalAveragePool": return [.map(try globalPooling(node, "global_avg_pool"))]
        case "GlobalMaxPool": return [.map(try globalPooling(node, "global_max_pool"))]
        case "ReduceMean": return [.map(try reduction(node, "global_avg_pool"))]
        case "ReduceMax": return [.map(try reduction(node, "global_max_pool"))]
        default: return nil
        }
    }

    private mutating func pooling(_ node: ONNXNode, _ op: String) throws(ExchangeError) -> MapView {
        var input = try plainMap(node)
        let map = statement(of: input)
        var window = try window(node, kernel: nil, over: map.extent)
        guard window.dilation == Extent(1) else { throw ExchangeError("the language has no pooling with a dilation") }
        let isMaximum = op == "max_pool"
        guard isMaximum || window.padding == Padding(0) || node.integer("count_include_pad", default: 0) == 1 else {
            throw ExchangeError(
                "its means leave out the padding", hint: "export with count_include_pad, or without padding")
        }
        let geometry = PoolGeometry(
            channels: map.channels, input: map.extent, kernel: window.kernel, stride: window.stride,
            padding: window.padding)
        if node.integer("ceil_mode", default: 0) == 1, isRoundedUp(window, map.extent) {
            throw ExchangeError(
                "ceil_mode adds windows at the edge, which the language does not have",
                hint: "import at a size that divides")
        }
        if !window.isSymmetric || !isLegal(window) {
            // Zeros are never larger than what a relu leaves.
            guard !isMaximum || map.template.hasPrefix("relu") else {
                throw ExchangeError("its padding is not the same on both sides, or more than half of the window")
            }
            input = try padded(input, window.padding, node)
            window.padding = Padding(0)
        }
        var arguments = ["%0", "kernel: \(text(window.kernel))"]
        if window.stride != window.kernel { arguments.append("stride: \(text(window.stride))") }
        if window.padding != Padding(0) {
            arguments.append("padding: \(text(Extent(window.padding.top, window.padding.left)))")
        }
        return try add(
            "\(op)(\(arguments.joined(separator: ", ")))", [input], channels: map.channels, geometry.output, node)
    }

    private func isLegal(_ window: Window) -> Bool {
        window.padding.top >= 0 && window.padding.left >= 0 && window.padding.top * 2 <= window.kernel.height
            && window.padding.left * 2 <= window.kernel.width
    }

    private func isRoundedUp(_ window: Window, _ input: Extent) -> Bool {
        (input.height + window.padding.top + window.padding.bottom - window.kernel.height) % window.stride.height != 0
            || (input.width + window.padding.left + window.padding.right - window.kernel.width) % window.stride.width
                != 0
    }

    private mutating func unpooling(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let input = try plainMap(node)
        guard node.inputs.count > 1, case .places(let pool) = values[node.inputs[1]] else {
            throw ExchangeError("its places are not those of a MaxPool")
        }
        let pooled = statements[pool]
        guard statement(of: input).shape == pooled.shape, let source = pooled.operands.first else {
            throw ExchangeError("its map is not of the size of the MaxPool's")
        }
        let (channels, extent) = (statements[source].channels, statements[source].extent)
        let view = MapView(statement: pool, shape: [batch] + pooled.shape)
        return try add("max_unpool(%0, %1)", [input, view], channels: channels, extent, node)
    }

    mutating func globalPooling(_ node: ONNXNode, _ op: String) throws(ExchangeError) -> MapView {
        let input = try plainMap(node)
        return try globalPooling(input, node, op)
    }

    private mutating func globalPooling(
        _ input: MapView, _ node: ONNXNode, _ op: String
    ) throws(ExchangeError) -> MapView {
        try add("\(op)(%0)", [input], channels: statement(of: input).channels, Extent(1), node)
    }

    /// A reduction over height and width.
    private mutating func reduction(_ node: ONNXNode, _ op: String) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let numbers = node.integers("axes") ?? constant(node, 1)?.integers ?? []
        let axes = numbers.map { view.axis($0) }
        let map = MapView(statement: view.statement, shape: [batch] + statement(of: view).shape)
        guard Set(axes) == [2, 3] else {
            throw ExchangeError(
                "it is over the axes \(numbers), and the language knows means over height and width alone")
        }
        var result = try globalPooling(map, node, op)
        let kept = node.integer("keepdims", default: 1) == 1
        result.shape = view.shape.indices.compactMap { axis in
            let isReduced = numbers.contains(axis) || numbers.contains(axis - view.shape.count)
            return isReduced ? (kept ? 1 : nil) : view.shape[axis]
        }
        result.order = .flat
        return plain(result) ?? result
    }
}
