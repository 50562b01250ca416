import Ranks
import Recipes

/// The samples of a step as the net takes them, and which of them are computed here.
package struct StepShare: Hashable, Sendable {
    /// For each batch of the step the samples of its pieces, as many in all batches.
    package let sizes: [[Int]]
    /// Which pieces of each batch are computed here.
    package let own: Range<Int>
    /// Whether the pieces that are computed here go through the net at once, and what the whole batch makes is made of all.
    package let isAtOnce: Bool
    /// The sum over all pieces.
    let tree: SumTree
    private let place: RankPlace

    /// - Parameters:
    ///   - sizes: as `TrainingSettings.pieces` parts a step.
    ///   - place: of this process among those that take the step together.
    package init(_ sizes: [[Int]], place: RankPlace = .alone, isAtOnce: Bool = false) {
        self.sizes = sizes
        self.place = place
        self.isAtOnce = isAtOnce
        tree = SumTree(leaves: sizes.first?.count ?? 0)
        own = SumExchange.owners(of: tree.leaves, ranks: place.count)[place.rank]
    }

    /// Of all processes together.
    package var samples: Int { sizes.reduce(0) { $0 + $1.reduce(0, +) } }

    /// What is computed here of a step in pieces, batch by batch, as the net takes it.
    package func own<Element>(of pieces: [[[Element]]]) -> [[Element]] {
        pieces.flatMap { batch in
            let own = Array(batch[own])
            return (isAtOnce ? [own.flatMap { $0 }] : own).filter { !$0.isEmpty }
        }
    }

    /// Whether each piece's sum grows from batch to batch.
    var keepsLeaves: Bool { sizes.count > 1 }

    var exchange: SumExchange { SumExchange(tree, ranks: place.count, keepsLeaves: keepsLeaves) }

    /// By process, the samples that it has of a batch.
    func owned(batch number: Int) -> [Range<Int>] {
        let ends = self.ends(batch: number)
        return exchange.owners.map { ends[$0.lowerBound]..<ends[$0.upperBound] }
    }

    /// The samples of the pieces of a batch, by their numbers in it.
    func samples(batch number: Int) -> [Range<Int>] {
        let ends = self.ends(batch: number)
        return zip(ends, ends.dropFirst()).map { $0..<$1 }
    }

    /// Where the pieces of a batch begin, and the last one ends.
    private func ends(batch number: Int) -> [Int] {
        sizes[number].reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    }

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
        for (number, sizes) in sizes.enumerated() {
            for (owner, part) in zip(owners, parts) {
                for leaf in owner where sizes[leaf] > 0 {
                    count(part[number * owner.count + leaf - owner.lowerBound], of: sizes[leaf], in: &result)
                }
            }
        }
    }

    /// Counts the loss of some samples.
    func count(_ loss: Double, of part: Int, in result: inout Net.StepResult) {
        result.loss = part == samples ? loss : result.loss + loss * (Double(part) / Double(samples))
    }
}
