/// A small random number generator whose stream is a pure function of its seed, on every machine (Steele, Lea and Flood,
/// "Fast Splittable Pseudorandom Number Generators", 2014).
@frozen
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
    @usableFromInline var state: UInt64

    /// What the state grows by: 2⁶⁴ divided by the golden ratio, odd.
    public static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
    /// The factors of the finaliser.
    public static let mixers: (first: UInt64, second: UInt64) = (0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB)

    @inlinable
    public init(seed: UInt64) { state = seed }

    /// An independent stream for each purpose and place: all numbers are mixed into the seed.
    public init(seed: UInt64, _ places: UInt64...) {
        var state = seed
        for place in places {
            state = Self.mix(state &+ Self.increment) ^ Self.mix(place &+ 0xD134_2543_DE82_EF95)
        }
        self.state = state
    }

    @inlinable
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// A number in `0 ..< bound`, by multiplication; the bias of 2^-64 per value is of no account here.
    public mutating func index(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number in `[0, 1)` with 53 random bits.
    @inlinable
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A permutation of `0 ..< count` (Fisher and Yates).
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, index(below: last + 1)) }
        return order
    }

    /// The finaliser: every bit of the result depends on all bits of `value`.
    @inlinable
    public static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
