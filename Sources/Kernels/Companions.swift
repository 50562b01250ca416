import GraphIR
import KernelIR
import Programs

/// A value that a kernel makes beside its result.
public struct Companion: Hashable, Sendable {
    public var op: Op
    public var value: Operand

    public init(op: Op, value: Operand) {
        self.op = op
        self.value = value
    }
}

extension ConvolutionAlgorithm {
    /// Whether this algorithm's kernel for `host` makes the value of `companion`, where the graph allows that.
    func canMake(_ companion: Op, beside host: Op) -> Bool {
        switch (self, host, companion) {
        case (.winograd, .convWeightGradient, .channelSum), (.narrowInput, .convWeightGradient, .channelSum): true
        case (.winograd, .conv, .maxPool), (.winograd, .convTranspose, .maxPool): true
        default: false
        }
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
