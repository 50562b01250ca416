/// A loss that makes one number per sample of a map and a target of its shape: a mean or ratio over the sample.
public enum SampleLoss: Hashable, Sendable {
    /// Mean of `(1 + (w − 1) t) · softplus(−x) + (1 − t) · x`, the stable form of binary cross-entropy
    case bceWithLogits(positiveWeight: Double)
    /// `1 − (2 Σ p t + s) / (Σ p + Σ t + s)`, `p = sigmoid(x)`
    case dice(smooth: Double)
    /// Mean of `(x − t)²`
    case squaredError
}

/// The parts of the cross-entropy of classes. It is a mean over all positions of the batch that count, so that a sample
/// makes a sum and what to divide it by.
public enum ClassLossOp: Hashable, Sendable {
    /// `logits: N [C, H, W], classes: N [H, W]` → `N [2]`: `Σ w · −log softmax(x)[t]` and `Σ w` over the positions whose
    /// class `t` is not `ignored`; `w` is the class's weight, 1 where there are none
    case crossEntropy(ClassLoss)
    /// `logits, classes, d: N [2]` → gradient with respect to the logits: `d[0] · w · (softmax(x) − [c = t])`
    case crossEntropyGradient(ClassLoss)
    /// `N [2]` → `[]`: the first numbers' sum by the second ones', 0 where that is 0
    case ratio
    /// `N [2], d: []` → `N [2]`: `d / Σ b` and `−d · Σ a / (Σ b)²`
    case ratioGradient
}

/// Which positions count in a loss of classes, and how much.
public struct ClassLoss: Hashable, Sendable {
    /// The class number of positions that do not count.
    public var ignored: Int?
    /// One weight per class, or none for equal ones.
    public var weights: [Double]

    public init(ignored: Int? = nil, weights: [Double] = []) {
        self.ignored = ignored
        self.weights = weights
    }
}

extension SampleLoss {
    /// The loss's name in dumps.
    var mnemonic: String {
        switch self {
        case .bceWithLogits: "bce_with_logits"
        case .dice: "dice_loss"
        case .squaredError: "mse"
        }
    }

    var attributes: [Attribute] {
        switch self {
        case .bceWithLogits(let weight): [Attribute("pos_weight", weight)]
        case .dice(let smooth): [Attribute("smooth", smooth)]
        case .squaredError: []
        }
    }

    /// The loss of a mnemonic and its constants; nil for another mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        switch mnemonic {
        case "bce_with_logits": self = .bceWithLogits(positiveWeight: try attributes.real("pos_weight"))
        case "dice_loss": self = .dice(smooth: try attributes.real("smooth"))
        case "mse": self = .squaredError
        default: return nil
        }
    }

    var problems: [String] {
        switch self {
        case .bceWithLogits(let weight): notFinite("pos_weight", weight)
        case .dice(let smooth): notFinite("smooth", smooth)
        case .squaredError: []
        }
    }
}

extension ClassLossOp {
    /// The operator's name in dumps.
    var mnemonic: String {
        switch self {
        case .crossEntropy: "cross_entropy"
        case .crossEntropyGradient: "cross_entropy_gradient"
        case .ratio: "ratio"
        case .ratioGradient: "ratio_gradient"
        }
    }

    var attributes: [Attribute] {
        switch self {
        case .crossEntropy(let loss), .crossEntropyGradient(let loss):
            [Attribute("ignore", loss.ignored.map(String.init) ?? "none"), Attribute("weights", reals: loss.weights)]
        case .ratio, .ratioGradient: []
        }
    }

    /// The operator of a mnemonic and its constants; nil for another mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        switch mnemonic {
        case "cross_entropy": self = .crossEntropy(try ClassLoss(&attributes))
        case "cross_entropy_gradient": self = .crossEntropyGradient(try ClassLoss(&attributes))
        case "ratio": self = .ratio
        case "ratio_gradient": self = .ratioGradient
        default: return nil
        }
    }

    var problems: [String] {
        switch self {
        case .crossEntropy(let loss), .crossEntropyGradient(let loss):
            loss.weights.flatMap { notFinite("a weight", $0) }
                + outOfRange("ignore", loss.ignored.map { [$0] } ?? [], from: 0)
        case .ratio, .ratioGradient: []
        }
    }
}

extension ClassLoss {
    fileprivate init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        let word = try attributes.word("ignore")
        ignored = Int(word)
        guard ignored != nil || word == "none" else {
            throw GraphTextError(line: attributes.line, "expected an integer or none for 'ignore', found '\(word)'")
        }
        weights = try attributes.reals("weights")
    }
}

extension Op {
    /// The type of a part of a loss of classes.
    func classLossType(_ op: ClassLossOp, _ operands: [TensorType]) throws(ShapeError) -> TensorType {
        let sums = TensorType.batched([2])
        switch op {
        case .crossEntropy(let loss):
            try expectCount(operands, 2)
            try expectClasses(loss, operands)
            return sums
        case .crossEntropyGradient(let loss):
            try expectCount(operands, 3)
            try expectClasses(loss, operands)
            try expect([operands[2]], [sums])
            return operands[0]
        case .ratio:
            try expect(operands, [sums])
            return .scalar
        case .ratioGradient:
            try expect(operands, [sums, .scalar])
            return sums
        }
    }

    private func expectClasses(_ loss: ClassLoss, _ operands: [TensorType]) throws(ShapeError) {
        let map = try featureMap(operands[0])
        guard operands[1].isBatched, operands[1].shape == [map.height, map.width] else {
            throw ShapeError("\(mnemonic) expects classes [N, \(map.height), \(map.width)], found \(operands[1])")
        }
        guard loss.weights.isEmpty || loss.weights.count == map.channels else {
            throw ShapeError("\(mnemonic) expects \(map.channels) weights, found \(loss.weights.count)")
        }
    }
}
