/// A small seeded generator, so that a failing test fails again.
public struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in `0 ..< 1`.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// `count` different values in −1 … 1, equally far apart and never 0, in random order: no ties in pooling windows and
    /// no operand of `relu` at its kink.
    public mutating func spread(_ count: Int) -> [Double] {
        (0..<count).map { (Double($0) + 0.5 + 0.25 * unit()) / Double(count) * 2 - 1 }.shuffled(using: &self)
    }
}
