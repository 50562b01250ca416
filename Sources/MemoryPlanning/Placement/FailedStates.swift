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

/// The finaliser of SplitMix64: every bit of the result depends on all bits of `value`.
@inline(__always)
func scrambled(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
