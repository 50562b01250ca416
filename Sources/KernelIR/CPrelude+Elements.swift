/// Loads and stores of what is not stored as 32-bit floats.
///
/// A bf16 is the upper half of a float. Stores round to the nearest, of two equally near ones to the even one, and denormal
/// numbers to zero, as `ElementType.rounded` and the instructions of AVX-512 BF16 do; integer operations do the same elsewhere.
func elementAccess(_ width: Int) -> String {
    guard width > 1 else { return scalarElementAccess }
    let store =
        [
            4: "_mm_storel_epi64((__m128i *)p, (__m128i)_mm_cvtneps_pbh((__m128)x));",
            8: "_mm_storeu_si128((__m128i *)p, (__m128i)_mm256_cvtneps_pbh((__m256)x));",
            16: "_mm256_storeu_si256((__m256i *)p, (__m256i)_mm512_cvtneps_pbh((__m512)x));",
        ][width] ?? ""
    return expand(
        """
        typedef uint16_t v$W_half __attribute__((vector_size($H)));
        typedef uint16_t v$W_half_memory __attribute__((vector_size($H), aligned(2), may_alias));
        UNETC_INLINE $T unetc_load_bf16_$W(const uint16_t *p)
        {
            const v$W_half half = *(const v$W_half_memory *)p;
            return ($T)(__builtin_convertvector(half, $U) << 16);
        }
        /* Rounded to bf16: the upper halves. */
        UNETC_INLINE $U unetc_bf16_bits$W($T x)
        {
            const $U bits = ($U)x;
            const $U nan = ($U)(x != x);
            const $U denormal = ($U)((bits & 0x7f800000) == 0);
            const $U nearest = bits + 0x7fff + (bits >> 16 & 1);
            return ((bits | 0x400000) & nan) | (bits & 0x80000000 & denormal) | (nearest & ~(nan | denormal));
        }
        UNETC_INLINE void unetc_store_bf16_$W(uint16_t *p, $T x)
        {
        #if defined(__AVX512BF16__) && defined(__AVX512VL__)
            \(store)
        #else
            *(v$W_half_memory *)p = (v$W_half_memory)__builtin_convertvector(unetc_bf16_bits$W(x) >> 16, v$W_half);
        #endif
        }

        """, width: width)
}

private let scalarElementAccess = """
    UNETC_INLINE float unetc_load_bf16_1(const uint16_t *p) { return unetc_from_bits1((uint32_t)*p << 16); }
    UNETC_INLINE uint32_t unetc_bf16_bits1(float x)
    {
        const uint32_t bits = unetc_bits1(x);
        if (x != x) return bits | 0x400000;
        return (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits + 0x7fff + (bits >> 16 & 1);
    }
    UNETC_INLINE void unetc_store_bf16_1(uint16_t *p, float x) { *p = (uint16_t)(unetc_bf16_bits1(x) >> 16); }

    """
