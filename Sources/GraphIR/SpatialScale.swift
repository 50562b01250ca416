/// How many input pixels one position of a map stands for along one axis, as a reduced fraction: 4 behind two poolings, 1/2
/// behind an upsampling of the input.
public struct AxisScale: Hashable, Sendable {
    public private(set) var pixels: Int
    public private(set) var positions: Int

    /// `pixels` input pixels are as far as `positions` positions.
    public init(pixels: Int = 1, positions: Int = 1) {
        let divisor = greatestCommonDivisor(pixels, positions)
        self.pixels = pixels / divisor
        self.positions = positions / divisor
    }

    /// The scale of a map with one position where this one has `stride`.
    func coarser(by stride: Int) -> AxisScale { AxisScale(pixels: pixels * stride, positions: positions) }
    /// The scale of a map with `factor` positions where this one has one.
    func finer(by factor: Int) -> AxisScale { AxisScale(pixels: pixels, positions: positions * factor) }

    /// Positions that so many input pixels are; nil where that is no whole number.
    public func positions(of inputPixels: Int) -> Int? {
        inputPixels * positions % pixels == 0 ? inputPixels * positions / pixels : nil
    }

    /// The smallest distance in input pixels that is a multiple of `group` positions.
    public func alignment(group: Int = 1) -> Int {
        let distance = pixels * group
        return distance / greatestCommonDivisor(distance, positions)
    }
}

/// The scales of a map along both axes.
public struct SpatialScale: Hashable, Sendable {
    public var rows: AxisScale
    public var columns: AxisScale

    /// One position for each pixel of the input.
    public static let input = SpatialScale(rows: AxisScale(), columns: AxisScale())

    func coarser(by stride: Extent) -> SpatialScale {
        SpatialScale(rows: rows.coarser(by: stride.height), columns: columns.coarser(by: stride.width))
    }
    func finer(by factor: Extent) -> SpatialScale {
        SpatialScale(rows: rows.finer(by: factor.height), columns: columns.finer(by: factor.width))
    }

    /// Positions that an extent of input pixels has on the map; nil where these are no whole numbers.
    public func positions(of inputPixels: Extent) -> Extent? {
        guard let height = rows.positions(of: inputPixels.height), let width = columns.positions(of: inputPixels.width)
        else { return nil }
        return Extent(height, width)
    }
}

/// Why a graph means something else, or nothing, when it is given a larger picture.
public struct SpatialError: Error, Hashable, Sendable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }

    init(_ node: Node, _ reason: String) {
        let place = node.origin.location.map { " (\($0.file):\($0.line))" } ?? ""
        message = "\"\(node.name)\"\(place) \(reason)"
    }

    public var description: String { message }
}

extension Graph {
    /// The scale of each node's map, by node index; nil for values that are no maps.
    ///
    /// A graph that has scales moves with its input: shifted by a distance that is a whole number of positions on every map,
    /// the input makes shifted maps, but for the edges.
    /// - Throws: `SpatialError` for a graph that looks at a map as a whole, such as one with `group_norm`, for one whose maps
    ///   of different scales meet, and for one that is not made for evaluation.
    public func spatialScales() throws(SpatialError) -> [SpatialScale?] {
        var scales: [SpatialScale?] = []
        var input: Node?
        for node in nodes {
            if node.op == .input {
                if let input, input.type.shape.suffix(2) != node.type.shape.suffix(2) {
                    throw SpatialError(node, "is an input of another size than \"\(input.name)\"")
                }
                input = input ?? node
            }
            scales.append(try scale(node, scales))
        }
        return scales
    }

    private func scale(_ node: Node, _ scales: [SpatialScale?]) throws(SpatialError) -> SpatialScale? {
        let operands = node.inputs.map { scales[$0.index] }
        var scale: SpatialScale?
        switch node.op {
        case .input:
            guard node.type.featureMap != nil else { throw SpatialError(node, "is an input, but no picture") }
            scale = .input
        case .parameter, .normalization(.runningMoments), .normalization(.foldedWeight), .normalization(.foldedBias):
            return nil
        case .conv(let g): scale = operands[0]?.coarser(by: g.stride)
        case .convTranspose(let g): scale = operands[0]?.finer(by: g.stride)
        case .maxPool(let g): scale = operands[0]?.coarser(by: g.stride)
        case .maxUnpool(let g):
            scale = operands[1]
            try expectEqual([operands[0], scale?.coarser(by: g.stride)], node)
        case .resample(let map): scale = try resampled(map, operands[0], node)
        case .normalization(.normalize(.batch, _)): scale = operands[0]
        // What belongs to channels alone has no scale.
        case .layerNormalization(.moments), .layerNormalization(.normalize):
            scale = operands[0]
            try expectEqual(Array(operands.prefix(2)), node)
        case .normalization:
            throw SpatialError(node, "normalises by the moments of a whole map, which depend on the picture's size")
        case .broadcast(.apply(_, .positions)), .normalize, .softmax, .elementwise, .concat, .channelSlice, .channelPad,
            .relayout:
            try expectEqual(operands, node)
            scale = operands.first ?? nil
        case .broadcast:
            throw SpatialError(
                node, "looks at a map as a whole, so that what it computes depends on the picture's size")
        case .target, .cotangent, .one, .convDataGradient, .convWeightGradient, .channelSum, .maxPick,
            .resampleGradient, .layerNormalization, .softmaxGradient, .sampleLoss, .sampleLossGradient, .classLoss,
            .batchMean,
            .batchMeanGradient, .update:
            throw SpatialError(node, "belongs to training: \(node.op.mnemonic)")
        }
        try expectEqual([scale] + node.epilogue.flatMap(\.operands).map { scales[$0.index] }, node)
        return scale
    }

    private func resampled(
        _ map: Resampling, _ scale: SpatialScale?, _ node: Node
    ) throws(SpatialError) -> SpatialScale? {
        switch map.rule {
        case .averagePool(_, let stride, _): return scale?.coarser(by: stride)
        case .bilinear(_, alignsCorners: true):
            throw SpatialError(
                node, "aligns the corners of its maps, so that what it computes depends on the picture's size")
        case .nearest(let factor), .bilinear(let factor, _), .bedOfNails(let factor): return scale?.finer(by: factor)
        case .shift: return scale
        case .resize(_, followsPicture: false):
            throw SpatialError(node, "makes a map of a size in numbers, whatever the picture's size is")
        case .resize(.bilinearCorners, _):
            throw SpatialError(
                node, "aligns the corners of its maps, so that what it computes depends on the picture's size")
        case .resize: return scale?.coarser(by: map.input).finer(by: map.output)
        }
    }

    private func expectEqual(_ scales: [SpatialScale?], _ node: Node) throws(SpatialError) {
        guard scales.allSatisfy({ $0 == scales[0] }) else {
            throw SpatialError(
                node, "brings maps together that do not grow alike with the picture: they lie at different depths")
        }
    }
}

/// The largest number that divides both; both are positive.
public func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }

/// The smallest number that both divide; both are positive.
public func leastCommonMultiple(_ a: Int, _ b: Int) -> Int { a / greatestCommonDivisor(a, b) * b }
