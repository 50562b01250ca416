/// Losses that compare with a map of classes. The cross-entropy is a mean over all positions of the batch that count, so
/// that a sample makes a sum and what to divide it by; an overlap is a number per sample.
public enum ClassLossOp: Hashable, Sendable {
    /// `logits: N [C, H, W], classes: N [H, W]` → `N [2]`: `Σ ((1 − e) · w[t] · −log s[t] + e / C · Σ w[c] · −log s[c])`,
    /// `s = softmax(x)`, and `Σ w[t]`, over the positions whose class `t` is not `ignored`; `w` is the class's weight, 1
    /// where there are none, and `e` the label smoothing
    case crossEntropy(ClassLoss)
    /// `logits, classes, d: N [2]` → gradient with respect to the logits:
    /// `d[0] · ((1 − e) · w[t] · (s[c] − [c = t]) + e / C · (s[c] · Σ w − w[c]))`
    case crossEntropyGradient(ClassLoss)
    /// `p: N [C, H, W], classes: N [H, W]` → `N []`: the mean over the classes that are not `ignored` of the overlap of
    /// `p[c]` and `[t = c]`, over the positions whose class `t` is not `ignored`
    case overlap(ClassOverlap)
    /// `p, classes, d: N []` → gradient with respect to `p`
    case overlapGradient(ClassOverlap)
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
    /// The share of a position's class that is spread over all classes, from 0 to 1.
    public var labelSmoothing: Double

    public init(ignored: Int? = nil, weights: [Double] = [], labelSmoothing: Double = 0) {
        self.ignored = ignored
        self.weights = weights
        self.labelSmoothing = labelSmoothing
    }
}

/// A loss of overlaps, of each class of a map.
public struct ClassOverlap: Hashable, Sendable {
    public var loss: SampleLoss
    /// The class number of positions that do not count.
    public var ignored: Int?

    /// - Parameter loss: one that takes classes.
    public init(_ loss: SampleLoss, ignored: Int? = nil) {
        self.loss = loss
        self.ignored = ignored
    }
}

extension ClassLossOp {
    /// Whether its second operand is a map of classes.
    public var comparesClasses: Bool {
        switch self {
        case .crossEntropy, .crossEntropyGradient, .overlap, .overlapGradient: true
        case .ratio, .ratioGradient: false
        }
    }

    /// Whether its first operand holds probabilities, from 0 to 1.
    public var readsProbabilities: Bool {
        switch self {
        case .overlap, .overlapGradient: true
        case .crossEntropy, .crossEntropyGradient, .ratio, .ratioGradient: false
        }
    }

    /// The class number of positions that do not count.
    public var ignoredClass: Int? {
        switch self {
        case .crossEntropy(let loss), .crossEntropyGradient(let loss): loss.ignored
        case .overlap(let overlap), .overlapGradient(let overlap): overlap.ignored
        case .ratio, .ratioGradient: nil
        }
    }
}

extension Graph {
    /// The channels of the map that a class map is compared with, and the number that does not count; nil for what is no
    /// class map, or compared with nothing.
    public func classes(of target: NodeID) -> (count: Int, ignored: Int?)? {
        for node in nodes where node.inputs.dropFirst().first == target {
            if case .classLoss(let op) = node.op, op.comparesClasses {
                return (self[node.inputs[0]].type.shape[0], op.ignoredClass)
            }
        }
        return nil
    }
}

extension ClassLossOp {
    /// The operator's name in dumps.
    var mnemonic: String {
        switch self {
        case .crossEntropy: "cross_entropy"
        case .crossEntropyGradient: "cross_entropy_gradient"
        case .overlap(let overlap): Self.prefix + overlap.loss.mnemonic
        case .overlapGradient(let overlap): Self.prefix + overlap.loss.mnemonic + Self.suffix
        case .ratio: "ratio"
        case .ratioGradient: "ratio_gradient"
        }
    }

    var attributes: [Attribute] {
        switch self {
        case .crossEntropy(let loss), .crossEntropyGradient(let loss):
            [ignoreAttribute(loss.ignored), Attribute("weights", reals: loss.weights)]
                + (loss.labelSmoothing == 0 ? [] : [Attribute("label_smoothing", loss.labelSmoothing)])
        case .overlap(let overlap), .overlapGradient(let overlap):
            overlap.loss.attributes + [ignoreAttribute(overlap.ignored)]
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
        default:
            guard mnemonic.hasPrefix(Self.prefix) else { return nil }
            let isGradient = mnemonic.hasSuffix(Self.suffix)
            let name = mnemonic.dropFirst(Self.prefix.count).dropLast(isGradient ? Self.suffix.count : 0)
            guard let loss = try SampleLoss(mnemonic: String(name), &attributes), loss.declaration.takesClasses else {
                return nil
            }
            let overlap = ClassOverlap(loss, ignored: try readIgnoredClass(&attributes))
            self = isGradient ? .overlapGradient(overlap) : .overlap(overlap)
        }
    }

    /// Whether operators of a mnemonic are parts of such a loss.
    static func has(mnemonic: String) -> Bool {
        ["cross_entropy", "ratio", prefix].contains(where: mnemonic.hasPrefix)
    }

    private static let prefix = "class_"
    private static let suffix = "_gradient"

    var problems: [String] {
        switch self {
        case .crossEntropy(let loss), .crossEntropyGradient(let loss):
            loss.weights.flatMap { notFinite("a weight", $0) }
                + outOfRange("ignore", loss.ignored.map { [$0] } ?? [], from: 0)
                + (RealDomain.proportion.contains(loss.labelSmoothing)
                    ? []
                    : [
                        "label_smoothing should be \(RealDomain.proportion.description), found \(loss.labelSmoothing)"
                    ])
        case .overlap(let overlap), .overlapGradient(let overlap):
            overlap.loss.problems + outOfRange("ignore", overlap.ignored.map { [$0] } ?? [], from: 0)
        case .ratio, .ratioGradient: []
        }
    }
}

extension ClassLoss {
    fileprivate init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        ignored = try readIgnoredClass(&attributes)
        weights = try attributes.reals("weights")
        labelSmoothing = attributes.has("label_smoothing") ? try attributes.real("label_smoothing") : 0
    }
}

private func ignoreAttribute(_ ignored: Int?) -> Attribute { Attribute("ignore", ignored.map(String.init) ?? "none") }

private func readIgnoredClass(_ attributes: inout AttributeReader) throws(GraphTextError) -> Int? {
    let word = try attributes.word("ignore")
    let ignored = Int(word)
    guard ignored != nil || word == "none" else {
        throw GraphTextError(line: attributes.line, "expected an integer or none for 'ignore', found '\(word)'")
    }
    return ignored
}

extension Op {
    /// The type of a part of a loss of classes.
    func classLossType(_ op: ClassLossOp, _ operands: [TensorType]) throws(ShapeError) -> TensorType {
        let sums = TensorType.batched([2])
        switch op {
        case .crossEntropy(let loss):
            try expectCount(operands, 2)
            try expectClasses(operands, weights: loss.weights)
            return sums
        case .crossEntropyGradient(let loss):
            try expectCount(operands, 3)
            try expectClasses(operands, weights: loss.weights)
            try expect([operands[2]], [sums])
            return operands[0]
        case .overlap:
            try expectCount(operands, 2)
            try expectClasses(operands)
            return .batched([])
        case .overlapGradient:
            try expectCount(operands, 3)
            try expectClasses(operands)
            try expect([operands[2]], [.batched([])])
            return operands[0]
        case .ratio:
            try expect(operands, [sums])
            return .scalar
        case .ratioGradient:
            try expect(operands, [sums, .scalar])
            return sums
        }
    }

    private func expectClasses(_ operands: [TensorType], weights: [Double] = []) throws(ShapeError) {
        let map = try featureMap(operands[0])
        guard operands[1].isBatched, operands[1].shape == [map.height, map.width] else {
            throw ShapeError("\(mnemonic) expects classes [N, \(map.height), \(map.width)], found \(operands[1])")
        }
        guard weights.isEmpty || weights.count == map.channels else {
            throw ShapeError("\(mnemonic) expects \(map.channels) weights, found \(weights.count)")
        }
    }
}
