/// A function applied to each element on its own; all operands have the result's type.
///
/// Gradients are functions of the incoming gradient `dy` and of what the forward function left behind: its result `y`
/// where that suffices, else its operand `x`.
public enum Elementwise: Hashable, Sendable {
    case relu
    case leakyRelu(slope: Double)
    case sigmoid
    case silu
    case tanh
    /// `a + b`
    case add
    /// `a · b`
    case multiply
    /// `factor · x`
    case scale(Double)
    /// `dy where y > 0, else 0`; operands `dy`, `y`
    case reluGradient
    /// `dy where y > 0, else slope · dy`; operands `dy`, `y`
    case leakyReluGradient(slope: Double)
    /// `dy · y · (1 − y)`; operands `dy`, `y`
    case sigmoidGradient
    /// `dy · s · (1 + x · (1 − s))`, `s = sigmoid(x)`; operands `dy`, `x`
    case siluGradient
    /// `dy · (1 − y²)`; operands `dy`, `y`
    case tanhGradient
    /// `x / (1 − rate)`, or 0 where the mask of `key` says so (`DropoutMask`); its own gradient, applied to `dy`
    case dropout(rate: Double, key: UInt64)

    /// Operands the function takes.
    public var operandCount: Int {
        switch self {
        case .relu, .leakyRelu, .sigmoid, .silu, .tanh, .scale, .dropout: 1
        case .add, .multiply, .reluGradient, .leakyReluGradient, .sigmoidGradient, .siluGradient, .tanhGradient: 2
        }
    }
}

extension Elementwise {
    /// The function's name in dumps.
    public var mnemonic: String {
        switch self {
        case .relu: "relu"
        case .leakyRelu: "leaky_relu"
        case .sigmoid: "sigmoid"
        case .silu: "silu"
        case .tanh: "tanh"
        case .add: "add"
        case .multiply: "mul"
        case .scale: "scale"
        case .reluGradient: "relu_gradient"
        case .leakyReluGradient: "leaky_relu_gradient"
        case .sigmoidGradient: "sigmoid_gradient"
        case .siluGradient: "silu_gradient"
        case .tanhGradient: "tanh_gradient"
        case .dropout: "dropout"
        }
    }
}

extension Elementwise {
    /// The function's constants, in the order in which dumps show them.
    package var attributes: [Attribute] {
        switch self {
        case .relu, .sigmoid, .silu, .tanh, .add, .multiply: []
        case .reluGradient, .sigmoidGradient, .siluGradient, .tanhGradient: []
        case .leakyRelu(let slope), .leakyReluGradient(let slope): [Attribute("slope", slope)]
        case .scale(let factor): [Attribute("factor", factor)]
        case .dropout(let rate, let key): [Attribute("rate", rate), Attribute("key", String(key))]
        }
    }

    /// The function of a mnemonic and its constants; nil for an unknown mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        switch mnemonic {
        case "relu": self = .relu
        case "leaky_relu": self = .leakyRelu(slope: try attributes.real("slope"))
        case "sigmoid": self = .sigmoid
        case "silu": self = .silu
        case "tanh": self = .tanh
        case "add": self = .add
        case "mul": self = .multiply
        case "scale": self = .scale(try attributes.real("factor"))
        case "relu_gradient": self = .reluGradient
        case "leaky_relu_gradient": self = .leakyReluGradient(slope: try attributes.real("slope"))
        case "sigmoid_gradient": self = .sigmoidGradient
        case "silu_gradient": self = .siluGradient
        case "tanh_gradient": self = .tanhGradient
        case "dropout":
            self = .dropout(rate: try attributes.real("rate"), key: try attributes.unsigned("key"))
        default: return nil
        }
    }
}

extension Elementwise {
    /// What is wrong with the function's constants.
    var constantProblems: [String] {
        switch self {
        case .relu, .sigmoid, .silu, .tanh, .add, .multiply: []
        case .reluGradient, .sigmoidGradient, .siluGradient, .tanhGradient: []
        case .leakyRelu(let slope), .leakyReluGradient(let slope): notFinite("slope", slope)
        case .scale(let factor): notFinite("factor", factor)
        case .dropout(let rate, _):
            rate >= 0 && rate < 1 ? [] : ["rate should be from 0 to below 1, found \(rate)"]
        }
    }
}
