import GraphIR

/// Declared functions and losses by the names that tests know them by.
extension Elementwise {
    /// A function as dumps call it, with its constants in their order; a wrong name is a fault of the test.
    public static func named(_ name: String, _ constants: [Double] = []) -> Elementwise {
        guard let declaration = FunctionDeclaration.activations.first(where: { $0.name == name }) else {
            fatalError("no function is called \(name)")
        }
        return Elementwise(declaration, constants)
    }

    /// The function's gradient; a fault of the test where it has none of its own.
    public var gradient: Elementwise {
        switch backward {
        case .function(let gradient, _), .choice(let gradient): return gradient
        default: fatalError("\(mnemonic) has no gradient of its own")
        }
    }

    public static let relu = named("relu")
    public static func leakyRelu(slope: Double) -> Elementwise { named("leaky_relu", [slope]) }
    public static let sigmoid = named("sigmoid")
    public static let silu = named("silu")
    public static let tanh = named("tanh")
    public static let reluGradient = relu.gradient
    public static func leakyReluGradient(slope: Double) -> Elementwise { leakyRelu(slope: slope).gradient }
    public static let sigmoidGradient = sigmoid.gradient
    public static let siluGradient = silu.gradient
    public static let tanhGradient = tanh.gradient

    /// Functions of two operands.
    public static let allPairs: [Elementwise] = [.add, .subtract, .multiply, .divide, .maximum, .minimum]

    /// Every function that users call by name, at its defaults and at other constants.
    public static let allActivations: [Elementwise] = FunctionDeclaration.activations.flatMap { declaration in
        samples(of: declaration.parameters).map { Elementwise(declaration, $0) }
    }
}

extension SampleLoss {
    /// A loss as dumps call it, with its constants in their order; a wrong name is a fault of the test.
    public static func named(_ name: String, _ constants: [Double] = []) -> SampleLoss {
        guard let declaration = LossDeclaration.all.first(where: { $0.name == name }) else {
            fatalError("no loss is called \(name)")
        }
        return SampleLoss(declaration, constants)
    }

    public static func bceWithLogits(positiveWeight: Double, labelSmoothing: Double = 0) -> SampleLoss {
        named("bce_with_logits", [positiveWeight, labelSmoothing])
    }
    public static func dice(smooth: Double) -> SampleLoss { named("dice_loss", [smooth]) }
    public static let squaredError = named("mse")

    /// Every loss of samples, at its defaults and at other constants.
    public static let all: [SampleLoss] = LossDeclaration.all.flatMap { declaration in
        samples(of: declaration.parameters).map { SampleLoss(declaration, $0) }
    }
}

/// The defaults of parameters, and others of their domains: each word, and numbers that are neither 0 nor 1.
private func samples(of parameters: [FunctionParameter]) -> [[Double]] {
    let defaults = parameters.map { $0.defaultValue ?? ($0.name == "min" ? -0.75 : 0.5) }
    let others = parameters.indices.flatMap { index -> [[Double]] in
        let values: [Double] =
            switch parameters[index].kind {
            case .word(let words): words.indices.dropFirst().map(Double.init)
            case .real(.any): [-0.3, 0.25]
            case .real(.fraction), .real(.proportion): [0.375]
            case .real(.positive), .real(.nonNegative): [0.375, 3]
            case .key: []
            }
        return values.map { value in
            var constants = defaults
            constants[index] = value
            return constants
        }
    }
    return [defaults] + others
}
