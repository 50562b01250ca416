/// Maps of one number for each channel, or for each position, beside whole maps: joined with them, and made of them. What
/// squeeze-and-excitation and attention need.
public enum Broadcasting: Hashable, Sendable {
    /// What the small map has a number for.
    public enum Share: String, Hashable, Sendable, CaseIterable {
        /// `[C, 1, 1]`
        case channels
        /// `[1, H, W]`
        case positions
    }

    public enum Function: String, Hashable, Sendable, CaseIterable {
        case add
        case multiply = "mul"
    }

    /// `x: N [C, H, W], s: N share` → x's type: `x + s` or `x · s`, `s` being the same all over its channel or position
    case apply(Function, Share)
    /// `x: N [C, H, W], [y: the same]` → `N share`: sums of `x`, or of `x · y`, over what shares a number
    case sum(Share)
    /// `x: N [C, H, W]` → `N [C, 1, 1]`: the mean of each channel
    case mean
    /// `s: N [C, 1, 1]` → `N [C, H, W]`: the gradient of a sum of each channel
    case spread(Extent)
    /// The same, divided by the number of positions: the gradient of a mean
    case spreadMean(Extent)
    /// `x: N [C, H, W]` → `N [C, 1, 1]`: the largest value of each channel
    case maximum
    /// `dy: N [C, 1, 1], x: N [C, H, W], y: N [C, 1, 1]` → x's type: `dy` at the first position of each channel whose value is
    /// not below `y`, 0 elsewhere
    case maximumGradient
}

extension Broadcasting.Share {
    /// The smaller map that belongs to a map.
    public func type(of map: (channels: Int, height: Int, width: Int)) -> TensorType {
        switch self {
        case .channels: .batched([map.channels, 1, 1])
        case .positions: .batched([1, map.height, map.width])
        }
    }
}

extension Broadcasting {
    /// The operator's name in dumps.
    var mnemonic: String {
        switch self {
        case .apply(let function, _): "broadcast_" + function.rawValue
        case .sum: "broadcast_sum"
        case .mean: "global_avg_pool"
        case .spread: "spread"
        case .spreadMean: "global_avg_pool_gradient"
        case .maximum: "global_max_pool"
        case .maximumGradient: "global_max_pool_gradient"
        }
    }

    var attributes: [Attribute] {
        switch self {
        case .apply(_, let share), .sum(let share): [Attribute("per", share.rawValue)]
        case .spread(let size), .spreadMean(let size): [Attribute("size", size)]
        case .mean, .maximum, .maximumGradient: []
        }
    }

    /// The operator of a mnemonic and its constants; nil for another mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        switch mnemonic {
        case "broadcast_add": self = .apply(.add, try attributes.choice("per", of: Share.self))
        case "broadcast_mul": self = .apply(.multiply, try attributes.choice("per", of: Share.self))
        case "broadcast_sum": self = .sum(try attributes.choice("per", of: Share.self))
        case "global_avg_pool": self = .mean
        case "spread": self = .spread(try attributes.extent("size"))
        case "global_avg_pool_gradient": self = .spreadMean(try attributes.extent("size"))
        case "global_max_pool": self = .maximum
        case "global_max_pool_gradient": self = .maximumGradient
        default: return nil
        }
    }

    /// What is wrong with its constants.
    var problems: [String] {
        switch self {
        case .spread(let size), .spreadMean(let size): outOfRange("size", [size.height, size.width], from: 1)
        case .apply, .sum, .mean, .maximum, .maximumGradient: []
        }
    }
}

extension Op {
    func broadcastingType(_ op: Broadcasting, _ operands: [TensorType]) throws(ShapeError) -> TensorType {
        switch op {
        case .apply(_, let share):
            try expectCount(operands, 2)
            try expect(operands, [operands[0], share.type(of: try featureMap(operands[0]))])
            return operands[0]
        case .sum(let share):
            guard (1...2).contains(operands.count) else {
                throw ShapeError("\(mnemonic) takes 1 or 2 operands, found \(operands.count)")
            }
            try expect(operands, operands.map { _ in operands[0] })
            return share.type(of: try featureMap(operands[0]))
        case .mean, .maximum:
            try expectCount(operands, 1)
            return Broadcasting.Share.channels.type(of: try featureMap(operands[0]))
        case .spread(let size), .spreadMean(let size):
            try expectCount(operands, 1)
            let map = try featureMap(operands[0])
            try expect(operands, [Broadcasting.Share.channels.type(of: map)])
            return .batched([map.channels, size.height, size.width])
        case .maximumGradient:
            try expectCount(operands, 3)
            let share = Broadcasting.Share.channels.type(of: try featureMap(operands[1]))
            try expect(operands, [share, operands[1], share])
            return operands[1]
        }
    }
}
