import Base

/// Which elements a `dropout` sets to zero: a pure function of the seed, the step, the operator and the element, so that
/// neither threads nor layouts nor recomputation change it.
///
/// Each element gets a number in `0 ..< 1` and is dropped where that is less than the rate. The numbers come from two
/// rounds of a 32-bit integer hash (Wellons, "Prospecting for Hash Functions", 2018: `lowbias32`) over the element's
/// index, keyed by a SplitMix64 mix of the rest.
public struct DropoutMask: Hashable, Sendable {
    private var first: UInt32
    private var second: UInt32

    /// - Parameters:
    ///   - seed: of the run.
    ///   - step: of the optimiser, from 1.
    ///   - key: of the operator: the hash of its name.
    public init(seed: UInt64, step: Int64, key: UInt64) {
        var state = seed ^ key
        state = SplitMix64.mix(state &+ UInt64(bitPattern: step) &* SplitMix64.increment)
        (first, second) = (UInt32(truncatingIfNeeded: state), UInt32(truncatingIfNeeded: state >> 32))
    }

    /// The number of the element with this row-major index in `N × C × H × W`, of which the low 32 bits count.
    public func uniform(_ index: Int) -> Float {
        let once = Self.hash(UInt32(truncatingIfNeeded: index) ^ first)
        return Float(Self.hash(once &+ second) >> 8) * 0x1p-24
    }

    /// The key of an operator's name.
    public static func key(of name: String) -> UInt64 { FNV1a.hash(name) }

    private static func hash(_ x: UInt32) -> UInt32 {
        var x = x
        x = (x ^ (x >> 16)) &* 0x7feb_352d
        x = (x ^ (x >> 15)) &* 0x846c_a68b
        return x ^ (x >> 16)
    }
}
