import Base

/// Random numbers as a function of their place: neither the order in which they are asked for nor the number of threads
/// changes them. The operators of the graph that draw numbers define them by the same arithmetic.
///
/// A SplitMix64 mix of seed, key and step keys two rounds of a 32-bit integer hash over the element's number.
struct RandomNumbers {
    static let multipliers: (first: UInt32, second: UInt32) = (0x7feb_352d, 0x846c_a68b)

    private let state: UInt64

    init(seed: UInt64, step: Int64, key: UInt64) {
        state = SplitMix64.mix((seed ^ key) &+ UInt64(bitPattern: step) &* SplitMix64.increment)
    }

    /// The number of an element, a multiple of 2⁻²⁴ in `0 ..< 1`.
    func uniform(_ element: Int) -> Float {
        let once = Self.hash(UInt32(truncatingIfNeeded: element) ^ UInt32(truncatingIfNeeded: state))
        return Float(Self.hash(once &+ UInt32(truncatingIfNeeded: state >> 32)) >> 8) * 0x1p-24
    }

    private static func hash(_ x: UInt32) -> UInt32 {
        let once = (x ^ (x >> 16)) &* multipliers.first
        let twice = (once ^ (once >> 15)) &* multipliers.second
        return twice ^ (twice >> 16)
    }
}

/// `0x1f`, in C and in Swift.
func hexadecimal(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }
