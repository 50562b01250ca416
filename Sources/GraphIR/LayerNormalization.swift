/// The parts that `layer_norm` is made of: normalisation of each position's channels (Ba, Kiros and Hinton, "Layer
/// Normalization", 2016).
///
/// `y = x̂ · scale + shift` with `x̂ = (x − μ) · r` and `r = 1 / √(σ² + ε)`. *Moments* are the rows μ and r of each position,
/// `N [2, H, W]`. *Sums* are, for each channel of each sample, the rows `Σ dy · x̂` and `Σ dy` over its positions: `N [2, C]`.
public enum LayerNormalization: Hashable, Sendable {
    /// `x` → moments
    case moments(epsilon: Double)
    /// `x, moments, scale: [C], shift: [C]` → `y`
    case normalize
    /// `dy, x, moments` → sums
    case sums
    /// `dy, x, moments, scale` → `dx = r · (scale · dy − mean(scale · dy) − x̂ · mean(scale · dy · x̂))`, means over the channels of
    /// a position, with what the moments depend on `x` by
    case gradient
}

extension LayerNormalization {
    /// The operator's name in dumps.
    var mnemonic: String {
        switch self {
        case .moments: "layer_moments"
        case .normalize: "layer_norm"
        case .sums: "layer_norm_sums"
        case .gradient: "layer_norm_gradient"
        }
    }

    var attributes: [Attribute] { if case .moments(let epsilon) = self { [Attribute("eps", epsilon)] } else { [] } }

    /// The operator of a mnemonic and its constants; nil for another mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        switch mnemonic {
        case "layer_moments": self = .moments(epsilon: try attributes.real("eps"))
        case "layer_norm": self = .normalize
        case "layer_norm_sums": self = .sums
        case "layer_norm_gradient": self = .gradient
        default: return nil
        }
    }

    var problems: [String] { if case .moments(let epsilon) = self { notFinite("eps", epsilon) } else { [] } }
}

extension Op {
    func layerNormalizationType(
        _ op: LayerNormalization, _ operands: [TensorType]
    ) throws(ShapeError) -> TensorType {
        let x: TensorType
        switch op {
        case .moments, .normalize:
            try expectCount(operands, op == .normalize ? 4 : 1)
            x = operands[0]
        case .sums, .gradient:
            try expectCount(operands, op == .sums ? 3 : 4)
            x = operands[1]
        }
        let map = try featureMap(x)
        let moments = TensorType.batched([2, map.height, map.width])
        let row = TensorType.fixed([map.channels])
        switch op {
        case .moments: return moments
        case .normalize:
            try expect(operands, [x, moments, row, row])
            return x
        case .sums:
            try expect(operands, [x, x, moments])
            return .batched([2, map.channels])
        case .gradient:
            try expect(operands, [x, x, moments, row])
            return x
        }
    }
}
