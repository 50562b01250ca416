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
        state = Self.mix(state &+ UInt64(bitPattern: step) &* 0x9E37_79B9_7F4A_7C15)
        (first, second) = (UInt32(truncatingIfNeeded: state), UInt32(truncatingIfNeeded: state >> 32))
    }

    /// The number of the element with this row-major index in `N × C × H × W`, of which the low 32 bits count.
    public func uniform(_ index: Int) -> Float {
        let once = Self.hash(UInt32(truncatingIfNeeded: index) ^ first)
        return Float(Self.hash(once &+ second) >> 8) * 0x1p-24
    }

    /// The key of an operator's name.
    public static func key(of name: String) -> UInt64 { fnv1a64(name) }

    private static func hash(_ x: UInt32) -> UInt32 {
        var x = x
        x = (x ^ (x >> 16)) &* 0x7feb_352d
        x = (x ^ (x >> 15)) &* 0x846c_a68b
        return x ^ (x >> 16)
    }

    private static func mix(_ x: UInt64) -> UInt64 {
        var z = x
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The FNV-1a hash of a text's UTF-8 bytes.
public func fnv1a64(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
