import GraphIR

/// How a step's batch is cut into parts that run one after the other, whose gradients are summed.
public struct StepSplit: Hashable, Sendable {
    /// Samples of a step of the optimiser.
    public var batch: Int
    /// Samples of a part at most: what plans are made for.
    public var part: Int

    public var parts: Int { (batch + part - 1) / part }

    /// The parts that a batch can be cut into, the largest first: for each number of parts the smallest that does.
    static func all(_ batch: Int) -> [StepSplit] {
        var sizes: [Int] = []
        for parts in 1...max(1, batch) {
            let size = (batch + parts - 1) / parts
            if sizes.last != size { sizes.append(size) }
        }
        return sizes.map { StepSplit(batch: batch, part: $0) }
    }
}
