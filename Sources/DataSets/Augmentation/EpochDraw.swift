import Base

/// What random numbers are drawn for, so that the streams of one seed stay apart.
enum Purpose: UInt64 {
    case split = 1
    case order = 2
    case flip = 3
    case augmentation = 4
    case patch = 5
    case patchOrder = 6
}

/// The order and the flips of an epoch, both pure functions of seed and epoch.
package struct EpochDraw: Hashable, Sendable {
    var seed: UInt64
    /// From 1.
    var epoch: Int

    package init(seed: UInt64, epoch: Int) {
        self.seed = seed
        self.epoch = epoch
    }

    /// `training` shuffled.
    package func order(_ training: [Int]) -> [Int] {
        var random = SplitMix64(seed: seed, Purpose.order.rawValue, UInt64(epoch))
        return random.permutation(training.count).map { training[$0] }
    }

    /// Whether the sample of that index is mirrored in this epoch.
    func isFlipped(_ sample: Int) -> Bool {
        var random = SplitMix64(seed: seed, Purpose.flip.rawValue, UInt64(epoch), UInt64(sample))
        return random.next() >> 63 == 1
    }
}
