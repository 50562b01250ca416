import Base

/// What random numbers of a call and a key begin with. `RandomNumbers` repeats it in Swift.
let randomState = """
    UNETC_INLINE uint64_t unetc_random(uint64_t seed, int64_t step, uint64_t key)
    {
        uint64_t z = (seed ^ key) + (uint64_t)step * \(hexadecimal(SplitMix64.increment))ull;
        z = (z ^ (z >> 30)) * \(hexadecimal(SplitMix64.mixers.first))ull;
        z = (z ^ (z >> 27)) * \(hexadecimal(SplitMix64.mixers.second))ull;
        return z ^ (z >> 31);
    }

    """

/// The numbers of `width` elements.
func randomNumbers(_ width: Int) -> String {
    let lanes = width == 1 ? "0u" : "{\((0..<width).map { "\($0)u" }.joined(separator: ", "))}"
    return expand(
        """
        UNETC_INLINE $U unetc_hash$W($U x)
        {
            x = (x ^ (x >> 16)) * \(hexadecimal(RandomNumbers.multipliers.first))u;
            x = (x ^ (x >> 15)) * \(hexadecimal(RandomNumbers.multipliers.second))u;
            return x ^ (x >> 16);
        }
        /* Numbers in 0 ..< 1 for the elements first, first + stride, first + 2 stride ... */
        UNETC_INLINE $T unetc_uniform$W(uint64_t random, int64_t first, int64_t stride)
        {
            const $U lanes = \(lanes);
            const $U element = lanes * (uint32_t)stride + (uint32_t)first;
            const $U once = unetc_hash$W(element ^ (uint32_t)random) + (uint32_t)(random >> 32);
            return unetc_from_int$W(($I)(unetc_hash$W(once) >> 8)) * unetc_splat$W(0x1p-24f);
        }

        """, width: width)
}
