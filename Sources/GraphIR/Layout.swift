/// How a feature map's elements lie in memory. A property of each value, chosen layer by layer; everything that is not
/// a feature map is row-major.
public enum Layout: Hashable, Sendable {
    /// Row-major `N × C × H × W`.
    case nchw
    /// `N × C/block × H × W × block`: the channels of a block lie side by side, so that one vector load fetches a
    /// pixel of all of them (Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on SIMD
    /// Architectures", 2018, section II). The channels are a multiple of the block.
    case blocked(Int)

    /// Channels that lie side by side.
    public var block: Int {
        switch self {
        case .nchw: 1
        case .blocked(let block): block
        }
    }
}

extension Layout: LosslessStringConvertible {
    /// `nchw`, `nchw8c`, `nchw16c`.
    public var description: String {
        switch self {
        case .nchw: "nchw"
        case .blocked(let block): "nchw\(block)c"
        }
    }

    /// Reads what `description` prints.
    public init?(_ description: String) {
        if description == "nchw" {
            self = .nchw
        } else {
            guard description.hasPrefix("nchw"), description.hasSuffix("c"),
                let block = Int(description.dropFirst(4).dropLast()), block > 0
            else { return nil }
            self = .blocked(block)
        }
    }
}
