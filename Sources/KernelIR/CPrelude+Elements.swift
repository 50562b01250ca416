/// Loads and stores of what is not stored as 32-bit floats.
///
/// A bf16 is the upper half of a float. Stores round to the nearest, of two equally near ones to the even one, as
/// `ElementType.rounded` does; integer operations do it, so that the bits are those of no target's instruction.
func elementAccess(_ width: Int) -> String {
    guard width > 1 else { return scalarElementAccess }
    return expand(
        """
        typedef uint16_t v$W_half __attribute__((vector_size($H)));
        typedef uint16_t v$W_half_memory __attribute__((vector_size($H), aligned(2), may_alias));
        UNETC_INLINE $T unetc_load_bf16_$W(const uint16_t *p)
        {
            const v$W_half half = *(const v$W_half_memory *)p;
            return ($T)(__builtin_convertvector(half, $U) << 16);
        }
        UNETC_INLINE void unetc_store_bf16_$W(uint16_t *p, $T x)
        {
            const $U bits = ($U)x;
            const $U nan = ($U)(x != x);
            const $U nearest = bits + 0x7fff + (bits >> 16 & 1);
            const $U rounded = ((bits | 0x400000) & nan) | (nearest & ~nan);
            *(v$W_half_memory *)p = (v$W_half_memory)__builtin_convertvector(rounded >> 16, v$W_half);
        }

        """, width: width)
}

private let scalarElementAccess = """
    UNETC_INLINE float unetc_load_bf16_1(const uint16_t *p) { return unetc_from_bits1((uint32_t)*p << 16); }
    UNETC_INLINE void unetc_store_bf16_1(uint16_t *p, float x)
    {
        const uint32_t bits = unetc_bits1(x);
        const uint32_t rounded = x != x ? bits | 0x400000 : bits + 0x7fff + (bits >> 16 & 1);
        *p = (uint16_t)(rounded >> 16);
    }

    """
