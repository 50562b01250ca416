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
