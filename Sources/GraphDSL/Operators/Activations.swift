import Diagnostics
import GraphIR

extension OperatorSignature {
    /// Those that are declared by formulas: functions of one feature map, element by element.
    static let activations = FunctionDeclaration.activations.map { declaration in
        OperatorSignature(
            name: declaration.name, operands: .named(["x"]), arguments: declaration.parameters.map(ArgumentSpec.init)
        ) { call, builder throws(Diagnostic) in
            let function = Elementwise(declaration, call.arguments.constants(declaration.parameters))
            return try builder.result(.elementwise(function), call.operands.map(\.id), of: call)
        }
    }

    /// `softmax(x)`, over the channels of each position.
    static let softmax = OperatorSignature(name: "softmax", operands: .named(["x"])) {
        call, builder throws(Diagnostic) in
        try builder.result(.softmax, [call.operands[0].id], of: call)
    }

    /// `dropout(x, rate:)`: its mask hangs on the name of the operator's node.
    static let dropout = OperatorSignature(
        name: "dropout", operands: .named(["x"]),
        arguments: [.required("rate", .real(.fraction), example: "rate: 0.5")]
    ) { call, builder throws(Diagnostic) in
        let function = Elementwise.dropout(
            rate: call.arguments.real("rate"), key: DropoutMask.key(of: builder.nextName(of: call)))
        return try builder.result(.elementwise(function), [call.operands[0].id], of: call)
    }
}

extension ArgumentSpec {
    /// A constant of what is declared by a formula.
    init(_ parameter: FunctionParameter) {
        let value: ArgumentValue? = parameter.defaultValue.map {
            if case .word = parameter.kind { .word(Int($0)) } else { .real($0) }
        }
        name = parameter.name
        kind =
            switch parameter.kind {
            case .real(let domain): .real(domain)
            case .word(let words): .word(words)
            case .key: fatalError("\(parameter.name) is nothing that the language writes")
            }
        presence = value.map(Presence.optional) ?? .required(example: "\(parameter.name): 1")
    }
}

extension BoundArguments {
    /// The values of constants, in their order.
    func constants(_ parameters: [FunctionParameter]) -> [Double] {
        parameters.map { parameter in
            if case .word = parameter.kind { Double(word(parameter.name)) } else { real(parameter.name) }
        }
    }
}
