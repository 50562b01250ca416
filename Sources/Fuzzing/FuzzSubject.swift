import Base
import TestSupport

/// How a program answered an input that nobody has written for it.
public enum FuzzOutcome: Hashable, Sendable {
    case accepted
    /// Refused, and said why.
    case refused
    /// A promise is broken, in these words.
    case wrong(String)
}

/// Code that must answer any bytes: how inputs for it are made, and what it promises for each.
public struct FuzzSubject: Sendable {
    public let name: String
    private let makeInput: @Sendable (inout SplitMix64) -> [UInt8]
    private let checkInput: @Sendable ([UInt8]) -> FuzzOutcome

    init(
        name: String, makeInput: @escaping @Sendable (inout SplitMix64) -> [UInt8],
        check: @escaping @Sendable ([UInt8]) -> FuzzOutcome
    ) {
        self.name = name
        self.makeInput = makeInput
        self.checkInput = check
    }

    /// The input of a round: the same for the same seed, whatever was run before it.
    public func input(seed: UInt64, round: Int) -> [UInt8] {
        var mixer = SplitMix64(seed: seed)
        var random = SplitMix64(seed: mixer.next() ^ UInt64(bitPattern: Int64(round)))
        return makeInput(&random)
    }

    public func check(_ input: [UInt8]) -> FuzzOutcome { checkInput(input) }
}

extension FuzzSubject {
    /// All subjects that are worth fuzzing.
    /// - Throws: `FileError` when the graphs that inputs are made of cannot be read, and what the compiler throws for them.
    public static func all() throws -> [FuzzSubject] {
        [try language(checkout: checkoutFolder()), tensors(), try dumps(), try onnx(), pictures(), decoders()]
    }
}
