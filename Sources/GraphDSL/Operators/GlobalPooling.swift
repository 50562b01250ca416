import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `global_avg_pool(x)`: the mean of each channel, `[C, 1, 1]`.
    static let globalAveragePool = globalPool("global_avg_pool", .mean)
    /// `global_max_pool(x)`: the largest value of each channel.
    static let globalMaxPool = globalPool("global_max_pool", .maximum)

    private static func globalPool(_ name: String, _ op: Broadcasting) -> OperatorSignature {
        OperatorSignature(name: name, operands: .named(["x"])) { call, builder throws(Diagnostic) in
            try builder.result(.broadcast(op), [call.operands[0].id], of: call)
        }
    }
}
