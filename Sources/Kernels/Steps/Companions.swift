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
    /// The position of the companion that `isWanted` describes, and its value.
    func companion(where isWanted: (Op) -> Bool) -> (position: Int, value: Operand)? {
        companions.firstIndex { isWanted($0.op) }.map { ($0, companions[$0].value) }
    }

    /// The buffer of a companion.
    func companionBuffer(_ position: Int) -> Buffer {
        buffer(companions[position].value, companionName(position), access: .write)
    }

    /// The name of a companion's buffer.
    func companionName(_ position: Int) -> String { "beside\(position)" }
}
