import GraphIR

/// The evaluation graph with inputs of another size: what the same text means for a larger picture.
///
/// Every map grows by what the input grows by, at its own scale; padding, kernels and the differences between maps stay. So
/// sizes are those that differ from the graph's by a multiple of `sizeStep`. Outputs at another scale than the input's are
/// left out.
///
/// - Throws: `SpatialError` for graphs whose meaning depends on the size, sizes that do not fit, and where no output is left.
public func resizeInput(_ graph: Graph, to size: Extent) throws(SpatialError) -> Graph {
    let graph = try withOutputsAtInputScale(graph)
    let scales = try graph.spatialScales()
    guard let input = graph.inputExtent else { throw SpatialError("the graph has no input") }
    let growth = Extent(size.height - input.height, size.width - input.width)
    var result = graph
    for id in graph.ids {
        guard let scale = scales[id.index], let map = graph[id].type.featureMap else { continue }
        guard let own = scale.positions(of: growth), map.height + own.height > 0, map.width + own.width > 0 else {
            let step = try graph.sizeStep()
            throw SpatialError(
                "the input cannot be \(size.height) x \(size.width): sizes are \(input.height) x \(input.width) and "
                    + "those that differ from it by multiples of \(step.height) x \(step.width), as long as every map "
                    + "has a pixel")
        }
        result[id].type.shape = [map.channels, map.height + own.height, map.width + own.width]
    }
    for id in graph.ids where scales[id.index] != nil { result[id].op = result.regrown(id) }
    return result
}

extension Graph {
    /// Height and width of the inputs; nil without any.
    public var inputExtent: Extent? {
        nodes.first { $0.op == .input }?.type.featureMap.map { Extent($0.height, $0.width) }
    }

    /// By multiples of what the size of the input can change, so that every map changes by whole positions.
    /// - Throws: `SpatialError` as `spatialScales`.
    public func sizeStep() throws(SpatialError) -> Extent {
        try spatialScales().reduce(into: Extent(1)) { step, scale in
            guard let scale else { return }
            step.height = leastCommonMultiple(step.height, scale.rows.alignment())
            step.width = leastCommonMultiple(step.width, scale.columns.alignment())
        }
    }

    /// The node's operator at the sizes that the types of its operands and of its result say.
    fileprivate func regrown(_ id: NodeID) -> Op {
        let node = self[id]
        let extent = { (id: NodeID) in self[id].type.featureMap.map { Extent($0.height, $0.width) } ?? Extent(1) }
        let result = extent(id)
        switch node.op {
        case .conv(var g):
            (g.input, g.output) = (extent(node.inputs[0]), result)
            return .conv(g)
        case .convTranspose(var g):
            (g.output, g.input) = (extent(node.inputs[0]), result)
            return .convTranspose(g)
        case .maxPool(var g):
            (g.input, g.output) = (extent(node.inputs[0]), result)
            return .maxPool(g)
        case .maxUnpool(var g):
            (g.output, g.input) = (extent(node.inputs[0]), result)
            return .maxUnpool(g)
        case .resample(var map):
            (map.input, map.output) = (extent(node.inputs[0]), result)
            return .resample(map)
        default: return node.op
        }
    }
}

/// The graph with those outputs alone that have a value for each pixel of the input.
private func withOutputsAtInputScale(_ graph: Graph) throws(SpatialError) -> Graph {
    let scales = try graph.spatialScales()
    var fitting = graph
    fitting.outputs.removeAll { scales[$0.node.index] != .input }
    guard !fitting.outputs.isEmpty else {
        throw SpatialError("no output has a value for each pixel of the input: all are at another scale")
    }
    return removeDeadNodes(fitting, keepLeaves: false)
}
