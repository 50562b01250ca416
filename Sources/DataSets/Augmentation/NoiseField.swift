import Base

/// Numbers that are added to a picture, one to each of its numbers, the result cut to 0 ... 1.
struct NoiseField: Hashable, Sendable {
    var seed: UInt64
    /// Standard deviation.
    var deviation: Double

    @inline(__always)
    private func add(_ bits: UInt64, _ scale: Float, _ value: inout Float) {
        let sum = Int32(truncatingIfNeeded: bits & 0xFFFF)
        value = min(max(value + Float(sum - 2 * 255) * scale, 0), 1)
    }

    /// Adds to `count` numbers. Sums of four random bytes are close to normal, and exact on every machine.
    func add(to values: UnsafeMutablePointer<Float>, count: Int) {
        // The variance of a byte is (256² - 1) / 12.
        let scale = Float(deviation / (4.0 * 65535 / 12).squareRoot())
        for pair in 0..<(count + 1) / 2 {
            let word = SplitMix64.mix(seed &+ UInt64(truncatingIfNeeded: pair) &* SplitMix64.increment)
            let even: UInt64 = 0x00FF_00FF_00FF_00FF
            let sums = (word & even) &+ ((word >> 8) & even)
            let both = sums &+ (sums >> 16)
            add(both, scale, &values[2 * pair])
            if 2 * pair + 1 < count { add(both >> 32, scale, &values[2 * pair + 1]) }
        }
    }
}
