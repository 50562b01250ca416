private let x = Formula.operand(0)
/// Of gradients: the gradient of the result.
private let dy = Formula.operand(0)
/// Of gradients: the result, or the operand. Of functions of two operands, the second one.
private let y = Formula.operand(1)
/// Of gradients of functions of two operands: the other operand.
private let other = Formula.operand(2)

extension FunctionDeclaration {
    /// All functions of elements. Another one is a declaration here; the tests compare it with PyTorch's numbers, which
    /// `Tests/InterpreterTests/make_formula_numbers.py` makes.
    static let all: [FunctionDeclaration] = [
        absolute, add, clamp, divide, dropout, elu, exponential, gelu, hardsigmoid, hardswish, leakyRelu, logarithm,
        maximum, minimum, multiply, offset, reciprocal, relu, relu6, scale, sigmoid, silu, softplus, subtract, tanh,
    ]

    // MARK: Arithmetic and dropout

    static let add = FunctionDeclaration("add", operands: 2) { _ in
        x + y
    } backward: { _ in
        .sum
    }

    static let subtract = FunctionDeclaration("sub", operands: 2) { _ in
        x - y
    } backward: { _ in
        .difference
    }

    static let multiply = FunctionDeclaration("mul", operands: 2) { _ in
        x * y
    } backward: { _ in
        .product
    }

    static let divide = FunctionDeclaration("div", operands: 2, domain: .positive) { _ in
        x / y
    } backward: { _ in
        .quotient
    }

    /// Equal operands have half of the gradient each, as in PyTorch.
    static let maximum = FunctionDeclaration("maximum", operands: 2) { _ in
        .maximum(x, y)
    } backward: { _ in
        .choice(.choose(y, above: other, dy, else: .select(.less, y, other, then: 0, otherwise: dy * 0.5)))
    }

    static let minimum = FunctionDeclaration("minimum", operands: 2) { _ in
        .minimum(x, y)
    } backward: { _ in
        .choice(.choose(y, above: other, 0, else: .select(.less, y, other, then: dy, otherwise: dy * 0.5)))
    }

    static let scale = FunctionDeclaration("scale", [.real("factor", .any)]) {
        x * .constant($0[0])
    } backward: { _ in
        .linear
    }

    static let offset = FunctionDeclaration("offset", [.real("summand", .any)]) {
        x + .constant($0[0])
    } backward: { _ in
        .sum
    }

    static let reciprocal = FunctionDeclaration(
        "reciprocal", [.real("numerator", .any, default: 1)], domain: .positive, summary: "numerator / x"
    ) { .constant($0[0]) / x }

    /// `x / (1 − rate)`, or 0 where the mask of `key` says so (`DropoutMask`); its own gradient, applied to `dy`.
    static let dropout = FunctionDeclaration("dropout", [.real("rate", .fraction), .key]) {
        // The rate as a float, as kernels compare with it.
        .select(
            .less, .uniform(key: $0.key), .constant(Double(Float($0[0]))), then: 0,
            otherwise: x * .constant(1 / (1 - $0[0])))
    } backward: { _ in
        .linear
    }

    // MARK: Activations

    /// In this order what is no number stays visible: the second operand of a maximum is taken then.
    static let relu = FunctionDeclaration("relu", summary: "max(x, 0)") { _ in
        .maximum(0, x)
    } backward: { _ in
        .ofResult(.choose(y, above: 0, dy, else: 0))
    }

    static let leakyRelu = FunctionDeclaration(
        "leaky_relu", [.real("slope", .any, default: 0.01)], summary: "x where x > 0, else slope x"
    ) {
        .choose(x, above: 0, x, else: x * .constant($0[0]))
    } backward: {
        // Result and operand have one sign for slopes from 0 up.
        let formula = Formula.choose(y, above: 0, dy, else: dy * .constant($0[0]))
        return $0[0] >= 0 ? .ofResult(formula) : .ofOperand(formula)
    }

    static let sigmoid = FunctionDeclaration("sigmoid", summary: "1 / (1 + exp(-x))") { _ in .sigmoid(x) }

    static let silu = FunctionDeclaration("silu", summary: "x sigmoid(x)") { _ in
        x * .sigmoid(x)
    } backward: { _ in
        .ofOperand(dy * (.sigmoid(y) * (1 + y * (1 - .sigmoid(y)))))
    }

    static let tanh = FunctionDeclaration("tanh", summary: "the hyperbolic tangent") { _ in .tanh(x) }

    /// Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, and their approximation.
    static let gelu = FunctionDeclaration(
        "gelu", [.word("approximate", ["none", "tanh"])],
        summary: "x times the normal distribution's function of x, (1 + erf(x / √2)) / 2; `approximate: tanh` takes "
            + "(1 + tanh(√(2 / π) (x + 0.044715 x³))) / 2 for that"
    ) {
        let part: Formula =
            $0[0] == 0
            ? .erf(x * .constant(0.5.squareRoot()))
            : .tanh(x * (1 + x * x * 0.044715) * .constant((2 / Double.pi).squareRoot()))
        return x * 0.5 * (1 + part)
    }

    static let relu6 = FunctionDeclaration("relu6", summary: "min(max(x, 0), 6)") { _ in
        .minimum(6, .maximum(0, x))
    } backward: { _ in
        .ofResult(.choose(y, above: 0, .select(.less, y, 6, then: dy, otherwise: 0), else: 0))
    }

    /// Bounds themselves let the gradient through, as in PyTorch.
    static let clamp = FunctionDeclaration(
        "clamp", [.real("min", .any), .real("max", .any)], summary: "x, but at least min, and then at most max"
    ) {
        .minimum(.constant($0[1]), .maximum(.constant($0[0]), x))
    } backward: {
        .ofOperand(
            .select(
                .less, y, .constant($0[0]), then: 0,
                otherwise: .choose(y, above: .constant($0[1]), 0, else: dy)))
    }

    static let hardsigmoid = FunctionDeclaration("hardsigmoid", summary: "min(max(x + 3, 0), 6) / 6") { _ in
        .minimum(6, .maximum(0, x + 3)) * .constant(1.0 / 6)
    } backward: { _ in
        let inside = dy * .constant(1.0 / 6)
        return .ofOperand(.choose(y, above: -3, .select(.less, y, 3, then: inside, otherwise: 0), else: 0))
    }

    static let hardswish = FunctionDeclaration("hardswish", summary: "x min(max(x + 3, 0), 6) / 6") { _ in
        x * .minimum(6, .maximum(0, x + 3)) * .constant(1.0 / 6)
    } backward: { _ in
        let inside = dy * (y * .constant(1.0 / 3) + 0.5)
        return .ofOperand(.choose(y, above: -3, .select(.less, y, 3, then: inside, otherwise: dy), else: 0))
    }

    static let elu = FunctionDeclaration(
        "elu", [.real("alpha", .any, default: 1)], summary: "x where x > 0, else alpha (exp(x) - 1)"
    ) {
        .choose(x, above: 0, x, else: .expm1(x) * .constant($0[0]))
    }

    static let softplus = FunctionDeclaration("softplus", summary: "log(1 + exp(x))") { _ in .softplus(x) }

    // MARK: Mathematics

    static let absolute = FunctionDeclaration("abs", summary: "the absolute value") { _ in .abs(x) }

    public static let exponential = FunctionDeclaration("exp", summary: "e to the power of x") { _ in .exp(x) }

    static let logarithm = FunctionDeclaration(
        "log", domain: .positive, summary: "the natural logarithm; -infinity of 0, no number below"
    ) { _ in .log(x) }
}
