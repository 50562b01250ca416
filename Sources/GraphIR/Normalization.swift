/// Which values of a feature map are normalised together.
public enum NormalizationGroups: Hashable, Sendable {
    /// A channel over all samples and positions (Ioffe and Szegedy, "Batch Normalization", 2015).
    case batch
    /// So many groups of neighbouring channels, each over all positions of one sample (Wu and He, "Group Normalization",
    /// 2018).
    case channels(Int)

    /// How many of them a sample of `channels` channels has.
    public func count(channels: Int) -> Int {
        switch self {
        case .batch: channels
        case .channels(let count): count
        }
    }
}

/// The parts that `batch_norm` and `group_norm` are made of.
///
/// `y = x̂ · scale + shift` with `x̂ = (x − μ) · r` and `r = 1 / √(σ² + ε)`. *Moments* are the rows μ and σ² (of all values,
/// not one less): `[2, C]` over the batch, `N [2, groups]` over groups of channels. *Sums* are, for each channel, the rows
/// `Σ dy · x̂` and `Σ dy`, the gradients of scale and shift: `[2, C]` over the batch, `N [2, C]` sample by sample.
public enum NormalizationOp: Hashable, Sendable {
    /// `x` → moments
    case moments(NormalizationGroups)
    /// `x, moments, [scale: [C], shift: [C]]` → `y`; without them `x̂`
    case normalize(NormalizationGroups, epsilon: Double)
    /// `dy, x, moments` → sums
    case sums(NormalizationGroups, epsilon: Double)
    /// `dy, x, moments, [scale], sums` → `dx = r · (scale · dy − mean(scale · dy) − x̂ · mean(scale · dy · x̂))`, means over
    /// what is normalised together, with what the moments depend on `x` by
    case gradient(NormalizationGroups, epsilon: Double)
    /// A row of the sums, `[2, C]` or `N [2, C]` → `[C]`, added up over the samples
    case row(Int)
    /// `mean: [C], variance: [C]` → moments `[2, C]`
    case runningMoments
    /// `running: [C], moments: [2, C]` → nothing: in place, `(1 − momentum) · running + momentum · row`. The variance
    /// (row 1) counts as one of a sample of `batch · area` values: times `n / (n − 1)`.
    case updateRunning(row: Int, momentum: Double, area: Int)
    /// `weight: OIHW, moments: [2, C], scale: [C]` → `weight · scale · r` along the weight's dimension `axis`: a
    /// convolution and the normalisation behind it as one
    case foldedWeight(axis: Int, epsilon: Double)
    /// `moments: [2, C], scale, shift, [bias]` → `(bias − μ) · scale · r + shift`
    case foldedBias(epsilon: Double)
}

extension NormalizationGroups {
    fileprivate var prefix: String {
        switch self {
        case .batch: "batch"
        case .channels: "group"
        }
    }

    fileprivate var attributes: [Attribute] {
        switch self {
        case .batch: []
        case .channels(let count): [Attribute("groups", count)]
        }
    }

    fileprivate var problems: [String] {
        switch self {
        case .batch: []
        case .channels(let count): outOfRange("groups", [count], from: 1)
        }
    }
}

extension NormalizationOp {
    /// The operator's name in dumps.
    var mnemonic: String {
        switch self {
        case .moments(let groups): groups.prefix + "_moments"
        case .normalize(let groups, _): groups.prefix + "_norm"
        case .sums(let groups, _): groups.prefix + "_norm_sums"
        case .gradient(let groups, _): groups.prefix + "_norm_gradient"
        case .row: "sums_row"
        case .runningMoments: "running_moments"
        case .updateRunning: "update_running"
        case .foldedWeight: "folded_weight"
        case .foldedBias: "folded_bias"
        }
    }

    var attributes: [Attribute] {
        switch self {
        case .moments(let groups): groups.attributes
        case .normalize(let groups, let epsilon), .sums(let groups, let epsilon), .gradient(let groups, let epsilon):
            groups.attributes + [Attribute("eps", epsilon)]
        case .row(let row): [Attribute("row", row)]
        case .runningMoments: []
        case .updateRunning(let row, let momentum, let area):
            [Attribute("row", row), Attribute("momentum", momentum), Attribute("area", area)]
        case .foldedWeight(let axis, let epsilon): [Attribute("axis", axis), Attribute("eps", epsilon)]
        case .foldedBias(let epsilon): [Attribute("eps", epsilon)]
        }
    }

    /// The operator of a mnemonic and its constants; nil for another mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        switch mnemonic {
        case "sums_row": self = .row(try attributes.integer("row"))
        case "running_moments": self = .runningMoments
        case "update_running":
            self = .updateRunning(
                row: try attributes.integer("row"), momentum: try attributes.real("momentum"),
                area: try attributes.integer("area"))
        case "folded_weight":
            self = .foldedWeight(axis: try attributes.integer("axis"), epsilon: try attributes.real("eps"))
        case "folded_bias": self = .foldedBias(epsilon: try attributes.real("eps"))
        default:
            let parts = mnemonic.split(separator: "_", maxSplits: 1).map(String.init)
            guard parts.count == 2, ["batch", "group"].contains(parts[0]),
                ["moments", "norm", "norm_sums", "norm_gradient"].contains(parts[1])
            else { return nil }
            let groups = parts[0] == "batch" ? .batch : NormalizationGroups.channels(try attributes.integer("groups"))
            switch parts[1] {
            case "moments": self = .moments(groups)
            case "norm": self = .normalize(groups, epsilon: try attributes.real("eps"))
            case "norm_sums": self = .sums(groups, epsilon: try attributes.real("eps"))
            default: self = .gradient(groups, epsilon: try attributes.real("eps"))
            }
        }
    }

    /// What is wrong with the operator's constants.
    var problems: [String] {
        switch self {
        case .moments(let groups): groups.problems
        case .normalize(let groups, let epsilon), .sums(let groups, let epsilon), .gradient(let groups, let epsilon):
            groups.problems + notFinite("eps", epsilon)
        case .row(let row): notARow(row)
        case .runningMoments: []
        case .updateRunning(let row, let momentum, let area):
            notARow(row) + notFinite("momentum", momentum) + notAnArea(area)
        case .foldedWeight(let axis, let epsilon):
            (axis == 0 || axis == 1 ? [] : ["axis should be 0 or 1, found \(axis)"]) + notFinite("eps", epsilon)
        case .foldedBias(let epsilon): notFinite("eps", epsilon)
        }
    }

    private func notARow(_ row: Int) -> [String] {
        row == 0 || row == 1 ? [] : ["row should be 0 or 1, found \(row)"]
    }

    /// The values of a channel can be more than a dimension may have.
    private func notAnArea(_ area: Int) -> [String] {
        (1..<TensorType.elementLimit).contains(area) ? [] : ["area should be from 1 to below 2^40, found \(area)"]
    }
}

extension Op {
    /// The type of a normalisation's part.
    func normalizationType(_ op: NormalizationOp, _ operands: [TensorType]) throws(ShapeError) -> TensorType {
        switch op {
        case .moments(let groups):
            try expectCount(operands, 1)
            return try momentsType(groups, operands[0])
        case .normalize(let groups, _):
            guard operands.count == 2 || operands.count == 4 else {
                throw ShapeError("\(mnemonic) takes 2 or 4 operands, found \(operands.count)")
            }
            let row = TensorType.fixed([try featureMap(operands[0]).channels])
            let rows = operands.dropFirst(2).map { _ in row }
            try expect(operands, [operands[0], try momentsType(groups, operands[0])] + rows)
            return operands[0]
        case .sums(let groups, _):
            try expectCount(operands, 3)
            try expect(operands, [operands[1], operands[1], try momentsType(groups, operands[1])])
            return try sumsType(groups, operands[1])
        case .gradient(let groups, _):
            guard operands.count == 4 || operands.count == 5 else {
                throw ShapeError("\(mnemonic) takes 4 or 5 operands, found \(operands.count)")
            }
            let x = operands[1]
            let rows = operands.count == 5 ? [TensorType.fixed([try featureMap(x).channels])] : []
            try expect(operands, [x, x, try momentsType(groups, x)] + rows + [try sumsType(groups, x)])
            return x
        case .row:
            try expectCount(operands, 1)
            guard operands[0].shape.count == 2, operands[0].shape[0] == 2 else {
                throw ShapeError("\(mnemonic) expects sums [2, C], found \(operands[0])")
            }
            return .fixed([operands[0].shape[1]])
        case .runningMoments:
            try expectCount(operands, 2)
            let row = try self.row(operands[0])
            try expect(operands, [row, row])
            return .fixed([2, row.shape[0]])
        case .updateRunning:
            try expectCount(operands, 2)
            let row = try self.row(operands[0])
            try expect(operands, [row, .fixed([2, row.shape[0]])])
            return .fixed([0])
        case .foldedWeight(let axis, _):
            try expectCount(operands, 3)
            guard !operands[0].isBatched, [2, 4].contains(operands[0].shape.count) else {
                throw ShapeError("\(mnemonic) expects a weight [O, I, H, W] or [O, I], found \(operands[0])")
            }
            let channels = operands[0].shape[axis]
            try expect(operands, [operands[0], .fixed([2, channels]), .fixed([channels])])
            return operands[0]
        case .foldedBias:
            guard operands.count == 3 || operands.count == 4 else {
                throw ShapeError("\(mnemonic) takes 3 or 4 operands, found \(operands.count)")
            }
            let row = try self.row(operands[1])
            try expect(operands, [.fixed([2, row.shape[0]])] + Array(repeating: row, count: operands.count - 1))
            return row
        }
    }

    private func row(_ type: TensorType) throws(ShapeError) -> TensorType {
        guard !type.isBatched, type.shape.count == 1 else {
            throw ShapeError("\(mnemonic) expects a number per channel [C], found \(type)")
        }
        return type
    }

    private func momentsType(_ groups: NormalizationGroups, _ map: TensorType) throws(ShapeError) -> TensorType {
        let channels = try featureMap(map).channels
        switch groups {
        case .batch: return .fixed([2, channels])
        case .channels(let count):
            guard channels % count == 0 else {
                throw ShapeError("\(mnemonic): \(channels) channels cannot be split into \(count) groups")
            }
            return .batched([2, count])
        }
    }

    private func sumsType(_ groups: NormalizationGroups, _ map: TensorType) throws(ShapeError) -> TensorType {
        let channels = try featureMap(map).channels
        switch groups {
        case .batch: return .fixed([2, channels])
        case .channels: return .batched([2, channels])
        }
    }
}
