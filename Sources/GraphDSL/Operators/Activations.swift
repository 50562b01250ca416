import Diagnostics
import GraphIR

extension OperatorSignature {
    static let relu = activation("relu") { _ in .relu }
    static let sigmoid = activation("sigmoid") { _ in .sigmoid }
    static let silu = activation("silu") { _ in .silu }
    static let tanh = activation("tanh") { _ in .tanh }

    /// `leaky_relu(x, slope: 0.01)`
    static let leakyReLU = activation("leaky_relu", [.optional("slope", .real(.any), .real(0.01))]) {
        .leakyRelu(slope: $0.real("slope", default: 0.01))
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

    /// A function of one feature map, element by element.
    private static func activation(
        _ name: String, _ arguments: [ArgumentSpec] = [],
        function: @escaping @Sendable (BoundArguments) -> Elementwise
    ) -> OperatorSignature {
        OperatorSignature(name: name, operands: .named(["x"]), arguments: arguments) {
            call, builder throws(Diagnostic) in
            try builder.result(.elementwise(function(call.arguments)), call.operands.map(\.id), of: call)
        }
    }
}
