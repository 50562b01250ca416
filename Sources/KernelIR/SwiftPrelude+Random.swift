import Base

/// What random numbers of a call and a key begin with, as `randomState` in C.
let swiftRandomState = """
    @inline(__always) func unetc_random(_ seed: UInt64, _ step: Int64, _ key: UInt64) -> UInt64 {
        var z = (seed ^ key) &+ UInt64(bitPattern: step) &* \(hexadecimal(SplitMix64.increment))
        z = (z ^ (z &>> 30)) &* \(hexadecimal(SplitMix64.mixers.first))
        z = (z ^ (z &>> 27)) &* \(hexadecimal(SplitMix64.mixers.second))
        return z ^ (z &>> 31)
    }

    """

/// The numbers of `width` elements, operation by operation those of `randomNumbers` in C, on signed integers.
func swiftRandomNumbers(_ width: Int) -> String {
    let isVector = width > 1
    func integer(_ value: String) -> String { isVector ? "$I(repeating: \(value))" : value }
    func multiplier(_ value: UInt32) -> String { integer("Int32(\(Int32(bitPattern: value)))") }
    func builtin(_ name: String) -> String { "$I(vector: Builtin.\(name)_Vec$WxInt32(a.vector, b.vector))" }
    let lanes = isVector ? "$I(\((0..<width).map(String.init).joined(separator: ", ")))" : "Int32(0)"
    let shift =
        isVector ? builtin("lshr") : "Int32(bitPattern: UInt32(bitPattern: a) &>> UInt32(bitPattern: b))"
    return expandSwift(
        """
        // The bits moved to the right, zeros behind them.
        @inline(__always) func unetc_shift_right$W(_ a: $I, _ b: $I) -> $I {
            \(shift)
        }
        @inline(__always) func unetc_product$W(_ a: $I, _ b: $I) -> $I {
            \(isVector ? builtin("mul") : "a &* b")
        }
        @inline(__always) func unetc_hash$W(_ x: $I) -> $I {
            let sixteen = \(integer("Int32(16)"))
            let once = unetc_product$W(
                x ^ unetc_shift_right$W(x, sixteen), \(multiplier(RandomNumbers.multipliers.first)))
            let twice = unetc_product$W(
                once ^ unetc_shift_right$W(once, \(integer("Int32(15)"))), \(multiplier(RandomNumbers.multipliers.second)))
            return twice ^ unetc_shift_right$W(twice, sixteen)
        }
        // Numbers in 0 ..< 1 for the elements first, first + stride, first + 2 stride ...
        @inline(__always) func unetc_uniform$W(_ random: UInt64, _ first: Int, _ stride: Int) -> $T {
            let start = \(integer("Int32(truncatingIfNeeded: first)"))
            let element = unetc_product$W(\(lanes), \(integer("Int32(truncatingIfNeeded: stride)"))) &+ start
            let once = unetc_hash$W(element ^ \(integer("Int32(truncatingIfNeeded: random)")))
                &+ \(integer("Int32(truncatingIfNeeded: random &>> 32)"))
            let bits = unetc_shift_right$W(unetc_hash$W(once), \(integer("Int32(8)")))
            return unetc_from_int$W(bits) * unetc_splat$W(0x1p-24)
        }

        """, width: width)
}
