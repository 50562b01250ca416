/// `y = (x − mean[c]) / deviation[c]` with constants for each channel `c`: the pictures' statistics that a net was trained
/// with. Its gradient is the same with means of 0.
public struct ChannelConstants: Hashable, Sendable {
    public var means: [Double]
    /// Above 0; as many as there are means.
    public var deviations: [Double]

    public init(means: [Double], deviations: [Double]) {
        self.means = means
        self.deviations = deviations
    }

    /// What the gradient of the result has to go through.
    public var gradient: ChannelConstants {
        ChannelConstants(means: means.map { _ in 0 }, deviations: deviations)
    }
}

extension ChannelConstants {
    var attributes: [Attribute] { [Attribute("mean", reals: means), Attribute("std", reals: deviations)] }

    init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        means = try attributes.reals("mean")
        deviations = try attributes.reals("std")
    }

    /// What is wrong with them.
    var problems: [String] {
        guard means.count == deviations.count else {
            return ["mean and std should be as many, found \(means.count) and \(deviations.count)"]
        }
        return means.flatMap { notFinite("mean", $0) }
            + deviations.filter { !RealDomain.positive.contains($0) }.map {
                "std should be \(RealDomain.positive.description), found \($0)"
            }
    }
}

extension Op {
    func normalizeType(_ constants: ChannelConstants, _ operands: [TensorType]) throws(ShapeError) -> TensorType {
        try expectCount(operands, 1)
        let channels = try featureMap(operands[0]).channels
        guard channels == constants.means.count else {
            throw ShapeError("\(mnemonic) has constants for \(constants.means.count) channels, found \(operands[0])")
        }
        return operands[0]
    }
}
