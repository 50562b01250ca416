import Base

/// Words of two bf16, as kernels compute with them: `Expression.packed`, `.packedPairs` and `.pairDot`.
enum PackedPair {
    /// Two numbers, rounded, as the bits of one word: the first in its lower half.
    static func word(_ even: Float, _ odd: Float) -> Float {
        let type = ElementType.bfloat16
        return Float(bitPattern: type.rounded(even).bitPattern >> 16 | type.rounded(odd).bitPattern)
    }

    /// `a · b + c`: the products of upper halves first, then those of lower halves.
    ///
    /// Products of two bf16 are exact in 32-bit floats, so that it does not matter whether product and sum are fused.
    static func dot(_ a: Float, _ b: Float, _ c: Float) -> Float {
        let odd = { (word: Float) in flushed(Float(bitPattern: word.bitPattern & 0xffff_0000)) }
        let even = { (word: Float) in flushed(Float(bitPattern: word.bitPattern << 16)) }
        let first = flushed(FloatMath.fusedMultiplyAdd(odd(a), odd(b), flushed(c)))
        return flushed(FloatMath.fusedMultiplyAdd(even(a), even(b), first))
    }

    /// Zero, with its sign, in place of a denormal number, as while kernels run.
    private static func flushed(_ number: Float) -> Float { number.isSubnormal ? 0 * number : number }
}
