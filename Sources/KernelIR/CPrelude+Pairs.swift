/// Words of two bf16: packed, stored, and multiplied (`PackedPair`).
///
/// With AVX-512 BF16 each is an instruction or two. Without it integer operations and fused multiply-adds on floats give the
/// same bits: products of two bf16 are exact, and denormal numbers are zero both ways.
func pairFunctions(_ width: Int) -> String {
    guard width > 1 else { return scalarPairFunctions }
    let prefix = [4: "_mm_", 8: "_mm256_", 16: "_mm512_"][width] ?? ""
    let (bits, bf16) = ("__m\(32 * width)", "__m\(32 * width)bh")
    let order = (0..<width).map { "\($0), \($0 + width)" }.joined(separator: ", ")
    return expand(
        """
        /* The elements rounded to bf16, two neighbours in a word of p. */
        UNETC_INLINE void unetc_store_packed$W(float *p, $T x)
        {
            unetc_store_bf16_$W((uint16_t *)p, x);
        }
        /* Words of two bf16, even in the lower half. */
        UNETC_INLINE $T unetc_pack_pairs$W($T even, $T odd)
        {
        #if defined(__AVX512BF16__) && defined(__AVX512VL__)
            typedef uint16_t halves __attribute__((vector_size($B)));
            const halves both = (halves)\(prefix)cvtne2ps_pbh((\(bits))odd, (\(bits))even);
            return ($T)__builtin_shufflevector(both, both, \(order));
        #else
            return ($T)(unetc_bf16_bits$W(even) >> 16 | (unetc_bf16_bits$W(odd) & 0xffff0000));
        #endif
        }
        /* c and the products of a's and b's bf16, those of upper halves first. */
        UNETC_INLINE $T unetc_pair_dot$W($T a, $T b, $T c)
        {
        #if defined(__AVX512BF16__) && defined(__AVX512VL__)
            return ($T)\(prefix)dpbf16_ps((\(bits))c, (\(bf16))a, (\(bf16))b);
        #else
            const $T odd = unetc_fma$W(($T)(($U)a & 0xffff0000), ($T)(($U)b & 0xffff0000), c);
            return unetc_fma$W(($T)(($U)a << 16), ($T)(($U)b << 16), odd);
        #endif
        }

        """, width: width)
}

private let scalarPairFunctions = """
    UNETC_INLINE float unetc_pack_pairs1(float even, float odd)
    {
        return unetc_from_bits1(unetc_bf16_bits1(even) >> 16 | (unetc_bf16_bits1(odd) & 0xffff0000));
    }
    UNETC_INLINE float unetc_pair_dot1(float a, float b, float c)
    {
        const uint32_t x = unetc_bits1(a), y = unetc_bits1(b);
        const float odd = unetc_fma1(unetc_from_bits1(x & 0xffff0000), unetc_from_bits1(y & 0xffff0000), c);
        return unetc_fma1(unetc_from_bits1(x << 16), unetc_from_bits1(y << 16), odd);
    }

    """
