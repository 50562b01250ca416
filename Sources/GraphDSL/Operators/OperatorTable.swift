/// All operators of the language, in alphabetical order.
enum OperatorTable {
    static let built: [OperatorSignature] = [
        .add, .bceWithLogits, .concat, .conv, .convTranspose, .diceLoss, .leakyReLU, .maxPool, .multiply, .relu,
        .sigmoid, .silu, .tanh,
    ]

    /// Operators that belong to the language but have no lowering yet.
    static let planned = [
        "avg_pool", "batch_norm", "bed_of_nails", "crop", "cross_entropy", "dropout", "group_norm", "max_unpool", "mse",
        "pad", "softmax", "upsample_bilinear", "upsample_nearest",
    ]

    /// Names of the operators that can be used.
    static let names = built.map(\.name)

    static func signature(named name: String) -> OperatorSignature? { built.first { $0.name == name } }

    static func isReserved(_ name: String) -> Bool { names.contains(name) || planned.contains(name) }
}
