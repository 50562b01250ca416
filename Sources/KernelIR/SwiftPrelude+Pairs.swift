/// `pairFunctions` in Swift, which has no name for the instructions of AVX-512 BF16: the same bits by other operations.
func swiftPairFunctions(_ width: Int) -> String {
    guard width > 1 else { return scalarPairFunctions }
    return expandSwift(
        """
        // The elements rounded to bf16, two neighbours in a word of p.
        @inline(__always) func unetc_store_packed$W(_ p: UnsafeMutablePointer<Float>, _ x: $T) {
            unetc_store_bf16_$W(UnsafeMutableRawPointer(p).assumingMemoryBound(to: UInt16.self), x)
        }
        // Words of two bf16, even in the lower half.
        @inline(__always) func unetc_pack_pairs$W(_ even: $T, _ odd: $T) -> $T {
            let low = Builtin.lshr_Vec$WxInt32(unetc_bf16_bits$W(even).vector, $I(repeating: 16).vector)
            return unetc_from_bits$W($I(vector: low) | (unetc_bf16_bits$W(odd) & $I(repeating: -65536)))
        }
        // c and the products of a's and b's bf16, those of upper halves first.
        @inline(__always) func unetc_pair_dot$W(_ a: $T, _ b: $T, _ c: $T) -> $T {
            let (x, y) = (unetc_bits$W(a), unetc_bits$W(b))
            let upper = $I(repeating: -65536)
            let odd = unetc_fma$W(unetc_from_bits$W(x & upper), unetc_from_bits$W(y & upper), c)
            let shift = $I(repeating: 16)
            return unetc_fma$W(unetc_from_bits$W(x &<< shift), unetc_from_bits$W(y &<< shift), odd)
        }

        """, width: width)
}

private let scalarPairFunctions = """
    @inline(__always) func unetc_pack_pairs1(_ even: Float, _ odd: Float) -> Float {
        Float(bitPattern: unetc_bf16_bits1(even) &>> 16 | (unetc_bf16_bits1(odd) & 0xffff0000))
    }
    @inline(__always) func unetc_pair_dot1(_ a: Float, _ b: Float, _ c: Float) -> Float {
        let (x, y) = (a.bitPattern, b.bitPattern)
        let odd = unetc_fma1(Float(bitPattern: x & 0xffff0000), Float(bitPattern: y & 0xffff0000), c)
        return unetc_fma1(Float(bitPattern: x &<< 16), Float(bitPattern: y &<< 16), odd)
    }

    """
