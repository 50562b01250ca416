/// What a run found wrong with a plan's memory, or with a kernel's use of it.
public struct MemoryFault: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The step reads the tensor, whose bytes hold that one by then, or nothing.
        case overwritten(by: String?)
        /// The step writes the tensor in the place of that one, and computes something else where it has another.
        case unfitInPlace(of: String)
        /// What the step made is no number, or infinite.
        case broken(Float)
    }

    /// The step at fault; nil behind the last one.
    public var step: StepInfo?
    public var tensor: String
    public var kind: Kind
}

extension MemoryFault: CustomStringConvertible {
    /// `step enc3_1 (unet.graph:12), conv + relu: reads "enc2_2", whose bytes hold "d_dec1_1" by then`
    public var description: String {
        let place = step.map { "step \($0.name) (\($0.source)), \($0.operation): " } ?? "behind the last step: "
        switch kind {
        case .overwritten(let holder):
            let what = holder.map { "whose bytes hold \"\($0)\" by then" } ?? "whose bytes hold no value"
            return place + (step == nil ? "" : "reads ") + "\"\(tensor)\", " + what
        case .unfitInPlace(let operand):
            return place + "writes \"\(tensor)\" in the place of \"\(operand)\", which it still reads"
        case .broken(let value):
            let number = value.isNaN ? "nan" : "\(value)"
            return place + "\(number) in \"\(tensor)\": it reads memory that holds no value, or computes no number"
        }
    }
}

/// What each step of a run has made, as numbers that differ when any bit does; equal for equal runs.
public struct StepFingerprints: Hashable, Sendable {
    /// By step; 0 for those that did not run.
    public var values: [UInt64]
}

/// A run with poisoned memory.
public struct PoisonedRun: Hashable, Sendable {
    /// The first; nil when all is well.
    public var fault: MemoryFault?
    public var fingerprints: StepFingerprints
}
