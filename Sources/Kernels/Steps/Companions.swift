import GraphIR
import KernelIR

/// A value that a kernel makes beside its result.
public struct Companion: Hashable, Sendable {
    public var op: Op
    public var value: Operand

    public init(op: Op, value: Operand) {
        self.op = op
        self.value = value
    }
}

extension KernelRequest {
    /// The value of the companion that `isWanted` describes.
    func companion(where isWanted: (Op) -> Bool) -> Operand? { companions.first { isWanted($0.op) }?.value }
}
