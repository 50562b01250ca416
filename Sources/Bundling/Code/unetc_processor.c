/* What the processor at hand can run: asked of itself, so that no library is needed for it. */
#include "unetc_internal.h"

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t unetc_saved_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static int unetc_has(unsigned int bits, unsigned int wanted) { return (bits & wanted) == wanted; }

int unetc_x86_level(void) {
    unsigned int a, b, c, d, extended, features, pairs = 0;
    uint64_t saved;
    /* SSE3 to SSE4.2, FMA, CX16, MOVBE, POPCNT, OSXSAVE, AVX, F16C. */
    const unsigned int basic = 1u << 0 | 1u << 9 | 1u << 12 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 22 | 1u << 23 |
                               1u << 27 | 1u << 28 | 1u << 29;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !unetc_has(c, basic)) return 1;
    /* LZCNT. */
    if (!__get_cpuid(0x80000001u, &a, &b, &extended, &d) || !unetc_has(extended, 1u << 5)) return 1;
    if (!__get_cpuid_count(7, 0, &a, &features, &c, &d)) return 1;
    saved = unetc_saved_registers();
    /* BMI1, AVX2, BMI2; the system keeps vectors of 8 floats. */
    if (!unetc_has(features, 1u << 3 | 1u << 5 | 1u << 8) || (saved & 0x6) != 0x6) return 1;
    /* AVX-512 F, DQ, CD, BW, VL; the system keeps vectors of 16 floats. */
    if (!unetc_has(features, 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31) || (saved & 0xe6) != 0xe6) return 3;
    if (a >= 1) __get_cpuid_count(7, 1, &pairs, &b, &c, &d);
    return unetc_has(pairs, 1u << 5) ? 5 : 4;
}
#else
typedef int unetc_no_levels;
#endif
