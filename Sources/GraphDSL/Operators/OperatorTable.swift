/// All operators of the language, in alphabetical order.
enum OperatorTable {
    static let built: [OperatorSignature] =
        ([
            .add, .averagePool, .batchNorm, .bedOfNails, .concat, .conv, .convTranspose, .crop, .crossEntropy, .divide,
            .dropout, .globalAveragePool, .globalMaxPool, .groupNorm, .instanceNorm, .layerNorm, .linear, .maxPool,
            .maximum, .maxUnpool, .minimum, .multiply, .normalize, .pad, .resize, .slice, .softmax, .subtract,
            .upsampleBilinear, .upsampleNearest,
        ] + OperatorSignature.activations + OperatorSignature.sampleLosses).sorted { $0.name < $1.name }

    /// Names of the operators.
    static let names = built.map(\.name)

    static func signature(named name: String) -> OperatorSignature? { built.first { $0.name == name } }

    static func isReserved(_ name: String) -> Bool { names.contains(name) }
}
