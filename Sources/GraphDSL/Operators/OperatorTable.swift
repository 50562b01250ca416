/// All operators of the language, in alphabetical order.
enum OperatorTable {
    static let built: [OperatorSignature] = [
        .add, .averagePool, .batchNorm, .bceWithLogits, .bedOfNails, .concat, .conv, .convTranspose, .crop,
        .crossEntropy,
        .diceLoss, .dropout, .groupNorm, .leakyReLU, .maxPool, .maxUnpool, .meanSquaredError, .multiply, .pad, .relu,
        .sigmoid, .silu, .softmax, .tanh, .upsampleBilinear, .upsampleNearest,
    ]

    /// Names of the operators.
    static let names = built.map(\.name)

    static func signature(named name: String) -> OperatorSignature? { built.first { $0.name == name } }

    static func isReserved(_ name: String) -> Bool { names.contains(name) }
}
