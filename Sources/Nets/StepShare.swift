import Ranks
import Recipes

/// The samples of a step as the net takes them, and which of them are computed here.
package struct StepShare: Hashable, Sendable {
    /// For each batch of the step the samples of its pieces, as many in all batches.
    package let sizes: [[Int]]
    /// Which pieces of each batch are computed here.
    package let own: Range<Int>
    /// The sum over all pieces.
    let tree: SumTree
    private let place: RankPlace

    /// - Parameters:
    ///   - sizes: as `TrainingSettings.pieces` parts a step.
    ///   - place: of this process among those that take the step together.
    package init(_ sizes: [[Int]], place: RankPlace = .alone) {
        self.sizes = sizes
        self.place = place
        tree = SumTree(leaves: sizes.first?.count ?? 0)
        own = SumExchange.owners(of: tree.leaves, ranks: place.count)[place.rank]
    }

    /// Of all processes together.
    package var samples: Int { sizes.reduce(0) { $0 + $1.reduce(0, +) } }

    /// Whether each piece's sum grows from batch to batch.
    var keepsLeaves: Bool { sizes.count > 1 }

    var exchange: SumExchange { SumExchange(tree, ranks: place.count, keepsLeaves: keepsLeaves) }

    /// Notes the loss of all samples, and the largest word.
    /// - Parameter losses: of the pieces that were computed here, batch by batch; of one without samples any number.
    func gather(
        _ losses: [Double], _ word: UInt8, from ranks: RankGroup?, into result: inout Net.StepResult
    ) throws {
        let message = [word] + losses.flatMap { withUnsafeBytes(of: $0, Array.init) }
        let all = try ranks?.gather(message) ?? [message]
        result.word = all.compactMap(\.first).max() ?? 0
        guard result.word != Net.abandoned else { return }
        let parts = all.map { message in
            message.dropFirst().withUnsafeBytes { bytes in
                (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
            }
        }
        let owners = exchange.owners
        let samples = Double(samples)
        for (number, sizes) in sizes.enumerated() {
            for (owner, part) in zip(owners, parts) {
                for leaf in owner where sizes[leaf] > 0 {
                    let loss = part[number * owner.count + leaf - owner.lowerBound]
                    let isWhole = sizes[leaf] == self.samples
                    result.loss = isWhole ? loss : result.loss + loss * (Double(sizes[leaf]) / samples)
                }
            }
        }
    }
}
