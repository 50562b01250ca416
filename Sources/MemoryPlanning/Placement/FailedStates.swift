import Base

/// States of a search that are known to lead nowhere. A new one takes the place of an old one now and then, so that the
/// table does not grow.
final class FailedStates {
    /// 128 bits of hash: that two states of a search have the same is as good as impossible.
    struct Key: Hashable, BitwiseCopyable {
        var low: UInt64
        var high: UInt64
    }

    private let entries: FlatArray<Key>
    private let mask: Int

    /// - Parameter bits: the table has two to this power entries of 16 bytes.
    init(bits: Int) {
        entries = FlatArray(repeating: Key(low: 0, high: 0), count: 1 << bits)
        mask = (1 << bits) - 1
    }

    deinit { entries.deallocate() }

    func contains(_ key: Key) -> Bool { entries[index(key)] == key }

    func insert(_ key: Key) { entries[index(key)] = key }

    private func index(_ key: Key) -> Int { Int(truncatingIfNeeded: key.low >> 16) & mask }
}

/// Every bit of the result depends on all bits of `value`, and 0 does not stay 0.
@inline(__always)
func scrambled(_ value: UInt64) -> UInt64 { SplitMix64.mix(value &+ SplitMix64.increment) }
