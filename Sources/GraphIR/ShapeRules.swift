/// Why an operator cannot be applied; the caller knows where.
public struct ShapeError: Error, Hashable, Sendable {
    /// In lower case, expected against found.
    public var message: String
    public init(_ message: String) { self.message = message }
}

extension Op {
    /// The type of the operator's result for operands of the given types.
    ///
    /// Leaves take their type from the node itself, so this is never asked for them.
    /// - Throws: `ShapeError` when the operands do not fit.
    public func resultType(_ operands: [TensorType]) throws(ShapeError) -> TensorType {
        switch self {
        case .input, .target, .parameter, .cotangent:
            throw ShapeError("\(mnemonic) has no operands to infer a type from")
        case .one:
            try expect(operands, [])
            return .scalar
        case .conv(let g):
            let bias = TensorType.fixed([g.outputChannels])
            try expect(operands, [g.inputType, g.weightType] + (operands.count == 3 ? [bias] : []))
            return g.outputType
        case .convTranspose(let g):
            let bias = TensorType.fixed([g.inputChannels])
            try expect(operands, [g.outputType, g.weightType] + (operands.count == 3 ? [bias] : []))
            return g.inputType
        case .convDataGradient(let g):
            try expect(operands, [g.outputType, g.weightType])
            return g.inputType
        case .convWeightGradient(let g):
            try expect(operands, [g.outputType, g.inputType])
            return g.weightType
        case .channelSum:
            try expectCount(operands, 1)
            let map = try featureMap(operands[0])
            return .fixed([map.channels])
        case .maxPool(let g):
            try expect(operands, [g.inputType])
            return g.outputType
        case .maxUnpool(let g):
            try expect(operands, [g.outputType, g.inputType])
            return g.inputType
        case .maxPick(let g):
            try expect(operands, [g.inputType, g.inputType])
            return g.outputType
        case .resample(let map):
            try expect(operands, [map.inputType])
            return map.outputType
        case .resampleGradient(let map):
            try expect(operands, [map.outputType])
            return map.inputType
        case .broadcast(let op):
            return try broadcastingType(op, operands)
        case .normalize(let constants):
            return try normalizeType(constants, operands)
        case .normalization(let op):
            return try normalizationType(op, operands)
        case .layerNormalization(let op):
            return try layerNormalizationType(op, operands)
        case .softmax:
            try expectCount(operands, 1)
            _ = try featureMap(operands[0])
            return operands[0]
        case .softmaxGradient:
            try expectCount(operands, 2)
            _ = try featureMap(operands[0])
            try expect([operands[1]], [operands[0]])
            return operands[0]
        case .elementwise(let function):
            try expectCount(operands, function.operandCount)
            try expect(operands, Array(repeating: operands[0], count: operands.count))
            return operands[0]
        case .concat:
            return try concatType(operands)
        case .channelSlice(let start, let count):
            try expectCount(operands, 1)
            let map = try featureMap(operands[0])
            guard start >= 0, count > 0, start + count <= map.channels else {
                throw ShapeError("channels \(start) ..< \(start + count) lie outside \(operands[0])")
            }
            return .batched([count, map.height, map.width])
        case .channelPad(let before, let after):
            try expectCount(operands, 1)
            let map = try featureMap(operands[0])
            return .batched([before + map.channels + after, map.height, map.width])
        case .relayout:
            try expectCount(operands, 1)
            _ = try featureMap(operands[0])
            return operands[0]
        case .sampleLoss:
            try expectCount(operands, 2)
            try expectBatched(operands[0])
            try expect([operands[1]], [operands[0]])
            return .batched([])
        case .sampleLossGradient:
            try expectCount(operands, 3)
            try expectBatched(operands[0])
            try expect(operands, [operands[0], operands[0], .batched([])])
            return operands[0]
        case .classLoss(let op):
            return try classLossType(op, operands)
        case .batchMean:
            try expect(operands, [.batched([])])
            return .scalar
        case .batchMeanGradient:
            try expect(operands, [.scalar])
            return .batched([])
        case .update:
            try expectCount(operands, 2)
            try expect([operands[1]], [operands[0]])
            return .fixed([0])
        }
    }

    private func concatType(_ operands: [TensorType]) throws(ShapeError) -> TensorType {
        guard let first = operands.first else { throw ShapeError("concat needs at least one operand") }
        let map = try featureMap(first)
        var channels = 0
        for operand in operands {
            let other = try featureMap(operand)
            guard other.height == map.height, other.width == map.width else {
                throw ShapeError("concat of maps of different sizes: \(first) and \(operand)")
            }
            channels += other.channels
        }
        return .batched([channels, map.height, map.width])
    }

    func featureMap(_ type: TensorType) throws(ShapeError) -> (channels: Int, height: Int, width: Int) {
        guard type.isBatched, let map = type.featureMap else {
            throw ShapeError("\(mnemonic) expects a feature map [N, C, H, W], found \(type)")
        }
        return map
    }

    func expectBatched(_ type: TensorType) throws(ShapeError) {
        guard type.isBatched else { throw ShapeError("\(mnemonic) expects one value per sample [N, …], found \(type)") }
    }

    func expectCount(_ operands: [TensorType], _ count: Int) throws(ShapeError) {
        guard operands.count == count else {
            throw ShapeError("\(mnemonic) takes \(count) operands, found \(operands.count)")
        }
    }

    func expect(_ found: [TensorType], _ expected: [TensorType]) throws(ShapeError) {
        try expectCount(found, expected.count)
        for (f, e) in zip(found, expected) where f.shape != e.shape || f.isBatched != e.isBatched {
            throw ShapeError("\(mnemonic) expects \(e), found \(f)")
        }
    }
}
