/// What shows a map with other axes, or with its axes in another order, and changes none of its numbers.
extension ONNXImporter {
    mutating func views(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        switch node.op {
        case "Transpose": return [.map(try transposed(node))]
        case "Reshape":
            guard let shape = constant(node, 1)?.integers ?? node.integers("shape") else {
                throw ExchangeError("its shape is computed by the net, expected a constant")
            }
            let keepsZeros = node.integer("allowzero", default: 0) == 1
            return [.map(try viewed(try anyMap(node), as: shape, keepsZeros: keepsZeros))]
        case "Flatten": return [.map(try flattened(node))]
        case "Squeeze": return [.map(try squeezed(node))]
        case "Unsqueeze": return [.map(try unsqueezed(node))]
        case "Expand":
            let view = try anyMap(node)
            let shape = constant(node, 1)?.integers ?? []
            guard shape.allSatisfy({ $0 == 1 }) || shape == view.shape else {
                throw ExchangeError("it repeats values, which the language does in sums and products alone")
            }
            return [.map(view)]
        default: return nil
        }
    }

    private func flattened(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let axis = node.integer("axis", default: 1)
        let first = axis < 0 ? axis + view.shape.count : axis
        guard (0...view.shape.count).contains(first) else { throw ExchangeError("axis \(axis) makes no sense") }
        return try viewed(view, as: [view.shape[..<first].reduce(1, *), view.shape[first...].reduce(1, *)])
    }

    private func squeezed(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let axes = node.integers("axes") ?? constant(node, 1)?.integers
        let gone = axes.map { Set($0.map { $0 < 0 ? $0 + view.shape.count : $0 }) }
        let shape = view.shape.enumerated().filter { axis, size in
            gone.map { !$0.contains(axis) } ?? (size != 1 || axis == 0)
        }
        return try viewed(view, as: shape.map(\.element))
    }

    private func unsqueezed(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let axes = node.integers("axes") ?? constant(node, 1)?.integers ?? []
        let rank = view.shape.count + axes.count
        var shape = view.shape
        for axis in axes.map({ $0 < 0 ? $0 + rank : $0 }).sorted() {
            guard (0...shape.count).contains(axis), shape.count < 16 else {
                throw ExchangeError("its axes make no sense")
            }
            shape.insert(1, at: axis)
        }
        return try viewed(view, as: shape)
    }

    private mutating func transposed(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let rank = view.shape.count
        let axes = node.integers("perm") ?? Array((0..<rank).reversed())
        guard axes.sorted() == Array(0..<rank) else { throw ExchangeError("its order of axes \(axes) makes no sense") }
        let shape = axes.map { view.shape[$0] }
        // The axes that matter stay in their order.
        let long = axes.filter { view.shape[$0] != 1 }
        if long == long.sorted() { return try viewed(view, as: shape) }
        let order: [Int]
        switch view.order {
        case .plain: order = axes
        case .permuted(let former): order = axes.map { former[$0] }
        case .flat: throw ExchangeError("it turns the axes of a map of shape \(view.shape)")
        }
        if order == Array(0..<rank) { return MapView(statement: view.statement, shape: shape) }
        return MapView(statement: view.statement, shape: shape, order: .permuted(order))
    }

    /// The same elements in the same order, under another shape; -1 stands for what is left, 0 for what there was.
    private func viewed(_ view: MapView, as shape: [Int], keepsZeros: Bool = false) throws(ExchangeError) -> MapView {
        var shape = shape
        for (axis, size) in shape.enumerated() where size == 0 && !keepsZeros && axis < view.shape.count {
            shape[axis] = view.shape[axis]
        }
        let count = view.shape.reduce(1, *)
        guard shape.count <= 16, shape.allSatisfy({ (-1..<1 << 40).contains($0) }),
            shape.count(where: { $0 == -1 }) <= 1
        else { throw ExchangeError("the shape \(shape) makes no sense") }
        var known = 1
        for size in shape where size != -1 {
            let (product, overflow) = known.multipliedReportingOverflow(by: size)
            guard !overflow else { throw ExchangeError("the shape \(shape) makes no sense") }
            known = product
        }
        if let open = shape.firstIndex(of: -1) {
            guard known > 0, count % known == 0 else {
                throw ExchangeError("the shape \(shape) does not fit \(view.shape)")
            }
            shape[open] = count / known
        } else if known != count {
            throw ExchangeError("the shape \(shape) does not fit \(view.shape)")
        }
        if shape == view.shape { return view }
        if case .permuted(let axes) = view.order {
            guard let order = Self.order(of: axes, view.shape, as: shape) else {
                throw ExchangeError("it makes \(shape) of a map whose axes are in another order than [N, C, H, W]")
            }
            return MapView(statement: view.statement, shape: shape, order: .permuted(order))
        }
        let result = MapView(statement: view.statement, shape: shape, order: .flat)
        return plain(result) ?? result
    }

    /// A shape that differs in axes of size 1 alone has the same order; nil for others.
    private static func order(of axes: [Int], _ shape: [Int], as other: [Int]) -> [Int]? {
        guard shape.count == other.count, shape.filter({ $0 != 1 }) == other.filter({ $0 != 1 }) else { return nil }
        let long = zip(axes, shape).filter { $0.1 != 1 }.map(\.0)
        var rest = axes.filter { !long.contains($0) }.makeIterator()
        var next = long.makeIterator()
        return other.map { size in (size != 1 ? next.next() : rest.next()) ?? 0 }
    }
}
