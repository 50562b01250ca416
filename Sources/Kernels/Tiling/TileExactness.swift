import GraphIR
import Programs

/// What of a tile's results is exact: has the bits that the same place of the whole picture's results has.
///
/// At the edge of a tile inside a picture, operators see padding where the picture goes on. What they make of it spreads
/// from layer to layer. Counted here are the positions that it has not reached, as intervals along each axis, with what
/// each algorithm computes together: Winograd's results of a tile have roundings in common.
public struct TileExactness: Hashable, Sendable {
    /// Rows and columns of the outputs at an edge inside the picture that are not exact.
    public var halo: Padding
    /// Tiles start at multiples of this, in input pixels, so that every layer's tile starts where a window, and a group
    /// of results that are computed together, starts in the whole picture.
    public var alignment: Extent

    /// - Parameter program: of an inference graph at the tile's size.
    /// - Throws: as the other initialiser.
    public init(_ program: Program) throws(SpatialError) {
        try self.init(program.graph) { program.step($0)?.choice?.algorithm }
    }

    /// - Parameters:
    ///   - graph: an inference graph at the tile's size, whose outputs have a value for each input pixel.
    ///   - algorithm: that computes a convolution.
    /// - Throws: `SpatialError` for a graph without scales, and for a convolution by a product whose rounding depends on
    ///   its size.
    public init(_ graph: Graph, algorithm: (NodeID) -> ConvolutionAlgorithm?) throws(SpatialError) {
        let scales = try graph.spatialScales()
        var rows: [Range<Int>] = []
        var columns: [Range<Int>] = []
        alignment = Extent(1)
        for (id, scale) in zip(graph.ids, scales) {
            let node = graph[id]
            guard let scale, let map = node.type.featureMap else {
                rows.append(0..<0)
                columns.append(0..<0)
                continue
            }
            let reach = try convolutionReach(node, algorithm(id))
            alignment.height = leastCommonMultiple(
                alignment.height, scale.rows.alignment(group: reach?.rows.group ?? 1))
            alignment.width = leastCommonMultiple(
                alignment.width, scale.columns.alignment(group: reach?.columns.group ?? 1))
            rows.append(exactSpan(node, .rows, count: map.height, rows, reach?.rows ?? .same))
            columns.append(exactSpan(node, .columns, count: map.width, columns, reach?.columns ?? .same))
        }
        halo = Padding(0)
        for output in graph.outputs {
            guard let map = graph[output.node].type.featureMap else { continue }
            let (exactRows, exactColumns) = (rows[output.node.index], columns[output.node.index])
            // All of it where the edges meet.
            halo.top = max(halo.top, exactRows.isEmpty ? map.height : exactRows.lowerBound)
            halo.bottom = max(halo.bottom, map.height - exactRows.upperBound)
            halo.left = max(halo.left, exactColumns.isEmpty ? map.width : exactColumns.lowerBound)
            halo.right = max(halo.right, map.width - exactColumns.upperBound)
        }
    }
}

/// What a convolution's results depend on along both axes; nil for other operators.
///
/// - Throws: where roundings depend on the whole map.
private func convolutionReach(
    _ node: Node, _ algorithm: ConvolutionAlgorithm?
) throws(SpatialError) -> (rows: AxisReach, columns: AxisReach)? {
    guard let geometry = node.op.convGeometry, let product = node.op.convolutionProduct else { return nil }
    func reach(_ axis: Axis) throws(SpatialError) -> AxisReach {
        switch (algorithm ?? .gemm).method.reach(product, of: geometry, along: axis) {
        case .positions(let reach): return reach
        case .wholeMap(let reason):
            throw SpatialError(
                "\"\(node.name)\", \(geometry.channelsText(product)), is computed by \(reason)")
        }
    }
    return (try reach(.rows), try reach(.columns))
}

/// The exact positions of a node along an axis, from those of the nodes before it; `convolution` is what a convolution
/// looks at.
private func exactSpan(
    _ node: Node, _ axis: Axis, count: Int, _ exact: [Range<Int>], _ convolution: AxisReach
) -> Range<Int> {
    let operand = { (position: Int) in exact[node.inputs[position].index] }
    var span: Range<Int>
    switch node.op {
    case .input: span = 0..<count
    case .conv, .convTranspose: span = convolution.image(of: operand(0), count: count)
    case .maxPool(let g): span = g.window(axis).image(of: operand(0), count: count)
    case .maxUnpool(let g):
        // The windows that have all of the map they look at, and their value.
        let windows = g.window(axis).image(of: operand(1), count: g.output.along(axis)).clamped(to: operand(0))
        let spread = AxisReach.spread(
            span: g.kernel.along(axis), stride: g.stride.along(axis), padding: g.padding.before(axis))
        span = spread.image(of: windows, count: count)
    case .resample(let map): span = map.reach(axis).image(of: operand(0), count: count)
    case .normalize, .normalization, .layerNormalization(.moments): span = operand(0)
    case .layerNormalization(.normalize): span = operand(0).clamped(to: operand(1))
    case .broadcast(.apply(_, .positions)), .elementwise, .softmax, .concat, .channelSlice, .channelPad, .relayout:
        span = node.inputs.map { exact[$0.index] }.reduce(0..<count) { $0.clamped(to: $1) }
    case .target, .parameter, .cotangent, .one, .convDataGradient, .convWeightGradient, .channelSum, .broadcast,
        .maxPick,
        .resampleGradient, .layerNormalization, .softmaxGradient, .sampleLoss, .sampleLossGradient, .classLoss,
        .batchMean,
        .batchMeanGradient, .update:
        // Nothing else has a scale.
        span = 0..<0
    }
    for extra in node.epilogue.flatMap(\.operands) { span = span.clamped(to: exact[extra.index]) }
    return span
}

extension ConvGeometry {
    /// `from 6 to 10 channels in 2 groups`, as the operator goes through them.
    fileprivate func channelsText(_ product: ConvolutionProduct) -> String {
        let (from, to) = product == .forward ? (inputChannels, outputChannels) : (outputChannels, inputChannels)
        return "from \(from) to \(to) channels" + (groups == 1 ? "" : " in \(groups) groups")
    }
}

extension PoolGeometry {
    fileprivate func window(_ axis: Axis) -> AxisReach {
        .window(span: kernel.along(axis), stride: stride.along(axis), padding: padding.before(axis))
    }
}

extension Resampling {
    fileprivate func reach(_ axis: Axis) -> AxisReach {
        switch rule {
        case .averagePool(let kernel, let stride, let padding):
            return .window(span: kernel.along(axis), stride: stride.along(axis), padding: padding.along(axis))
        case .bedOfNails(let scale): return .repeated(scale: scale.along(axis))
        case .nearest, .bilinear, .resize:
            guard let interpolation, let positions else { return .same }
            return .interpolated(axis == .rows ? positions.vertical : positions.horizontal, interpolation)
        // What is mirrored lies at the edge, where a tile's results are not exact anyway.
        case .shift(let top, let left, _): return .shift(axis == .rows ? top : left)
        }
    }
}
