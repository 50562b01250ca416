/* Vectors of floats, and functions on them that give the same bits at every width.
 *
 * unetc_max8(a, b) works on v8, unetc_max1(a, b) on float. To be compiled with -ffp-contract=off: what is
 * fused into one rounding is said by unetc_fma, and nothing else is.
 */
#ifndef UNETC_VECTORS_H
#define UNETC_VECTORS_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define UNETC_INLINE static inline __attribute__((always_inline, unused))

/* Vectors only cross calls that are inlined, so how they would be passed does not matter. */
#pragma GCC diagnostic ignored "-Wpsabi"

UNETC_INLINE int64_t unetc_min(int64_t a, int64_t b) { return a < b ? a : b; }
UNETC_INLINE int64_t unetc_max(int64_t a, int64_t b) { return a > b ? a : b; }

/* 4 floats. In memory they need no alignment beyond that of a float. */
typedef float v4 __attribute__((vector_size(16)));
typedef float v4_memory __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t v4_int __attribute__((vector_size(16)));
typedef uint32_t v4_bits __attribute__((vector_size(16)));

/* 8 floats. In memory they need no alignment beyond that of a float. */
typedef float v8 __attribute__((vector_size(32)));
typedef float v8_memory __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t v8_int __attribute__((vector_size(32)));
typedef uint32_t v8_bits __attribute__((vector_size(32)));

UNETC_INLINE float unetc_splat1(float x) { return x; }
UNETC_INLINE uint32_t unetc_bits1(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
UNETC_INLINE float unetc_from_bits1(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
UNETC_INLINE float unetc_from_int1(int32_t x) { return (float)x; }
UNETC_INLINE int unetc_less1(float a, float b) { return a < b; }
UNETC_INLINE int unetc_equal1(float a, float b) { return a == b; }
UNETC_INLINE float unetc_select1(int condition, float x, float y) { return condition ? x : y; }
/* a * b + c, rounded once where the processor can. */
UNETC_INLINE float unetc_fma1(float a, float b, float c)
{
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}
/* The second operand when either is NaN. */
UNETC_INLINE float unetc_min1(float a, float b) { return a < b ? a : b; }
UNETC_INLINE float unetc_max1(float a, float b) { return a > b ? a : b; }
UNETC_INLINE float unetc_sqrt1(float x) { return __builtin_sqrtf(x); }
UNETC_INLINE float unetc_abs1(float x) { return __builtin_fabsf(x); }

UNETC_INLINE v4 unetc_load4(const float *p) { return *(const v4_memory *)p; }
UNETC_INLINE void unetc_store4(float *p, v4 x) { *(v4_memory *)p = x; }
UNETC_INLINE v4 unetc_splat4(float x) { return (v4){x, x, x, x}; }
UNETC_INLINE v4_bits unetc_bits4(v4 x) { return (v4_bits)x; }
UNETC_INLINE v4 unetc_from_bits4(v4_bits bits) { return (v4)bits; }
UNETC_INLINE v4 unetc_from_int4(v4_int x) { return __builtin_convertvector(x, v4); }
typedef v4_int v4_mask;
UNETC_INLINE v4_mask unetc_less4(v4 a, v4 b) { return a < b; }
UNETC_INLINE v4_mask unetc_less_equal4(v4 a, v4 b) { return a <= b; }
UNETC_INLINE v4_mask unetc_greater4(v4 a, v4 b) { return a > b; }
UNETC_INLINE v4_mask unetc_greater_equal4(v4 a, v4 b) { return a >= b; }
UNETC_INLINE v4_mask unetc_equal4(v4 a, v4 b) { return a == b; }
/* The elements of x where the mask says yes, else of y: unetc_select4(unetc_less4(a, b), x, y). */
UNETC_INLINE v4 unetc_select4(v4_mask mask, v4 x, v4 y)
{
#if defined(__SSE4_1__)
    return (v4)_mm_blendv_ps((__m128)y, (__m128)x, (__m128)mask);
#elif defined(__aarch64__)
    return (v4)vbslq_f32((uint32x4_t)mask, (float32x4_t)x, (float32x4_t)y);
#else
    return (v4)((mask & (v4_int)x) | (~mask & (v4_int)y));
#endif
}
UNETC_INLINE v4 unetc_fma4(v4 a, v4 b, v4 c)
{
#if defined(__FMA__)
    return (v4)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c);
#elif defined(__aarch64__)
    return (v4)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#elif defined(__wasm_relaxed_simd__)
    return (v4)__builtin_wasm_relaxed_madd_f32x4(a, b, c);
#else
    v4 result = c;
    for (int i = 0; i < 4; i += 1) {
        result[i] = unetc_fma1(a[i], b[i], c[i]);
    }
    return result;
#endif
}
UNETC_INLINE v4 unetc_min4(v4 a, v4 b)
{
#if defined(__SSE__)
    return (v4)_mm_min_ps((__m128)a, (__m128)b);
#elif defined(__wasm_simd128__)
    return (v4)__builtin_wasm_pmin_f32x4(b, a);
#else
    return unetc_select4(unetc_less4(a, b), a, b);
#endif
}
UNETC_INLINE v4 unetc_max4(v4 a, v4 b)
{
#if defined(__SSE__)
    return (v4)_mm_max_ps((__m128)a, (__m128)b);
#elif defined(__wasm_simd128__)
    return (v4)__builtin_wasm_pmax_f32x4(b, a);
#else
    return unetc_select4(unetc_less4(b, a), a, b);
#endif
}
UNETC_INLINE v4 unetc_sqrt4(v4 x)
{
#if defined(__SSE__)
    return (v4)_mm_sqrt_ps((__m128)x);
#elif defined(__aarch64__)
    return (v4)vsqrtq_f32((float32x4_t)x);
#else
    v4 result = x;
    for (int i = 0; i < 4; i += 1) {
        result[i] = unetc_sqrt1(x[i]);
    }
    return result;
#endif
}
UNETC_INLINE v4 unetc_abs4(v4 x) { return (v4)((v4_int)x & 0x7fffffff); }
/* The sum of the elements: halves are added to halves until one is left. */
UNETC_INLINE float unetc_sum4(v4 x)
{
    return (x[0] + x[2]) + (x[1] + x[3]);
}

UNETC_INLINE v8 unetc_load8(const float *p) { return *(const v8_memory *)p; }
UNETC_INLINE void unetc_store8(float *p, v8 x) { *(v8_memory *)p = x; }
UNETC_INLINE v8 unetc_splat8(float x) { return (v8){x, x, x, x, x, x, x, x}; }
UNETC_INLINE v8_bits unetc_bits8(v8 x) { return (v8_bits)x; }
UNETC_INLINE v8 unetc_from_bits8(v8_bits bits) { return (v8)bits; }
UNETC_INLINE v8 unetc_from_int8(v8_int x) { return __builtin_convertvector(x, v8); }
typedef v8_int v8_mask;
UNETC_INLINE v8_mask unetc_less8(v8 a, v8 b) { return a < b; }
UNETC_INLINE v8_mask unetc_less_equal8(v8 a, v8 b) { return a <= b; }
UNETC_INLINE v8_mask unetc_greater8(v8 a, v8 b) { return a > b; }
UNETC_INLINE v8_mask unetc_greater_equal8(v8 a, v8 b) { return a >= b; }
UNETC_INLINE v8_mask unetc_equal8(v8 a, v8 b) { return a == b; }
/* The elements of x where the mask says yes, else of y: unetc_select8(unetc_less8(a, b), x, y). */
UNETC_INLINE v8 unetc_select8(v8_mask mask, v8 x, v8 y)
{
#if defined(__AVX__)
    return (v8)_mm256_blendv_ps((__m256)y, (__m256)x, (__m256)mask);
#else
    return (v8)((mask & (v8_int)x) | (~mask & (v8_int)y));
#endif
}
UNETC_INLINE v8 unetc_fma8(v8 a, v8 b, v8 c)
{
#if defined(__FMA__)
    return (v8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    v8 result = c;
    for (int i = 0; i < 8; i += 1) {
        result[i] = unetc_fma1(a[i], b[i], c[i]);
    }
    return result;
#endif
}
UNETC_INLINE v8 unetc_min8(v8 a, v8 b)
{
#if defined(__AVX__)
    return (v8)_mm256_min_ps((__m256)a, (__m256)b);
#else
    return unetc_select8(unetc_less8(a, b), a, b);
#endif
}
UNETC_INLINE v8 unetc_max8(v8 a, v8 b)
{
#if defined(__AVX__)
    return (v8)_mm256_max_ps((__m256)a, (__m256)b);
#else
    return unetc_select8(unetc_less8(b, a), a, b);
#endif
}
UNETC_INLINE v8 unetc_sqrt8(v8 x)
{
#if defined(__AVX__)
    return (v8)_mm256_sqrt_ps((__m256)x);
#else
    v8 result = x;
    for (int i = 0; i < 8; i += 1) {
        result[i] = unetc_sqrt1(x[i]);
    }
    return result;
#endif
}
UNETC_INLINE v8 unetc_abs8(v8 x) { return (v8)((v8_int)x & 0x7fffffff); }
/* The sum of the elements: halves are added to halves until one is left. */
UNETC_INLINE float unetc_sum8(v8 x)
{
    const float h4 __attribute__((vector_size(16))) =
        __builtin_shufflevector(x, x, 0, 1, 2, 3) +
        __builtin_shufflevector(x, x, 4, 5, 6, 7);
    return (h4[0] + h4[2]) + (h4[1] + h4[3]);
}

UNETC_INLINE float unetc_load_bf16_1(const uint16_t *p) { return unetc_from_bits1((uint32_t)*p << 16); }
UNETC_INLINE uint32_t unetc_bf16_bits1(float x)
{
    const uint32_t bits = unetc_bits1(x);
    if (x != x) return bits | 0x400000;
    return (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits + 0x7fff + (bits >> 16 & 1);
}
UNETC_INLINE void unetc_store_bf16_1(uint16_t *p, float x) { *p = (uint16_t)(unetc_bf16_bits1(x) >> 16); }

typedef uint16_t v4_half __attribute__((vector_size(8)));
typedef uint16_t v4_half_memory __attribute__((vector_size(8), aligned(2), may_alias));
UNETC_INLINE v4 unetc_load_bf16_4(const uint16_t *p)
{
    const v4_half half = *(const v4_half_memory *)p;
    return (v4)(__builtin_convertvector(half, v4_bits) << 16);
}
/* Rounded to bf16: the upper halves. */
UNETC_INLINE v4_bits unetc_bf16_bits4(v4 x)
{
    const v4_bits bits = (v4_bits)x;
    const v4_bits nan = (v4_bits)(x != x);
    const v4_bits denormal = (v4_bits)((bits & 0x7f800000) == 0);
    const v4_bits nearest = bits + 0x7fff + (bits >> 16 & 1);
    return ((bits | 0x400000) & nan) | (bits & 0x80000000 & denormal) | (nearest & ~(nan | denormal));
}
UNETC_INLINE void unetc_store_bf16_4(uint16_t *p, v4 x)
{
#if defined(__AVX512BF16__) && defined(__AVX512VL__)
    _mm_storel_epi64((__m128i *)p, (__m128i)_mm_cvtneps_pbh((__m128)x));
#else
    *(v4_half_memory *)p = (v4_half_memory)__builtin_convertvector(unetc_bf16_bits4(x) >> 16, v4_half);
#endif
}

typedef uint16_t v8_half __attribute__((vector_size(16)));
typedef uint16_t v8_half_memory __attribute__((vector_size(16), aligned(2), may_alias));
UNETC_INLINE v8 unetc_load_bf16_8(const uint16_t *p)
{
    const v8_half half = *(const v8_half_memory *)p;
    return (v8)(__builtin_convertvector(half, v8_bits) << 16);
}
/* Rounded to bf16: the upper halves. */
UNETC_INLINE v8_bits unetc_bf16_bits8(v8 x)
{
    const v8_bits bits = (v8_bits)x;
    const v8_bits nan = (v8_bits)(x != x);
    const v8_bits denormal = (v8_bits)((bits & 0x7f800000) == 0);
    const v8_bits nearest = bits + 0x7fff + (bits >> 16 & 1);
    return ((bits | 0x400000) & nan) | (bits & 0x80000000 & denormal) | (nearest & ~(nan | denormal));
}
UNETC_INLINE void unetc_store_bf16_8(uint16_t *p, v8 x)
{
#if defined(__AVX512BF16__) && defined(__AVX512VL__)
    _mm_storeu_si128((__m128i *)p, (__m128i)_mm256_cvtneps_pbh((__m256)x));
#else
    *(v8_half_memory *)p = (v8_half_memory)__builtin_convertvector(unetc_bf16_bits8(x) >> 16, v8_half);
#endif
}

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

/* The elements rounded to bf16, two neighbours in a word of p. */
UNETC_INLINE void unetc_store_packed4(float *p, v4 x)
{
    unetc_store_bf16_4((uint16_t *)p, x);
}
/* Words of two bf16, even in the lower half. */
UNETC_INLINE v4 unetc_pack_pairs4(v4 even, v4 odd)
{
#if defined(__AVX512BF16__) && defined(__AVX512VL__)
    typedef uint16_t halves __attribute__((vector_size(16)));
    const halves both = (halves)_mm_cvtne2ps_pbh((__m128)odd, (__m128)even);
    return (v4)__builtin_shufflevector(both, both, 0, 4, 1, 5, 2, 6, 3, 7);
#else
    return (v4)(unetc_bf16_bits4(even) >> 16 | (unetc_bf16_bits4(odd) & 0xffff0000));
#endif
}
/* c and the products of a's and b's bf16, those of upper halves first. */
UNETC_INLINE v4 unetc_pair_dot4(v4 a, v4 b, v4 c)
{
#if defined(__AVX512BF16__) && defined(__AVX512VL__)
    return (v4)_mm_dpbf16_ps((__m128)c, (__m128bh)a, (__m128bh)b);
#else
    const v4 odd = unetc_fma4((v4)((v4_bits)a & 0xffff0000), (v4)((v4_bits)b & 0xffff0000), c);
    return unetc_fma4((v4)((v4_bits)a << 16), (v4)((v4_bits)b << 16), odd);
#endif
}

/* The elements rounded to bf16, two neighbours in a word of p. */
UNETC_INLINE void unetc_store_packed8(float *p, v8 x)
{
    unetc_store_bf16_8((uint16_t *)p, x);
}
/* Words of two bf16, even in the lower half. */
UNETC_INLINE v8 unetc_pack_pairs8(v8 even, v8 odd)
{
#if defined(__AVX512BF16__) && defined(__AVX512VL__)
    typedef uint16_t halves __attribute__((vector_size(32)));
    const halves both = (halves)_mm256_cvtne2ps_pbh((__m256)odd, (__m256)even);
    return (v8)__builtin_shufflevector(both, both, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
#else
    return (v8)(unetc_bf16_bits8(even) >> 16 | (unetc_bf16_bits8(odd) & 0xffff0000));
#endif
}
/* c and the products of a's and b's bf16, those of upper halves first. */
UNETC_INLINE v8 unetc_pair_dot8(v8 a, v8 b, v8 c)
{
#if defined(__AVX512BF16__) && defined(__AVX512VL__)
    return (v8)_mm256_dpbf16_ps((__m256)c, (__m256bh)a, (__m256bh)b);
#else
    const v8 odd = unetc_fma8((v8)((v8_bits)a & 0xffff0000), (v8)((v8_bits)b & 0xffff0000), c);
    return unetc_fma8((v8)((v8_bits)a << 16), (v8)((v8_bits)b << 16), odd);
#endif
}

/* 4 rows of 4 floats, with rows and columns exchanged. */
UNETC_INLINE void unetc_transpose4(
    const float *from, int64_t from_stride, float *to, int64_t to_stride)
{
    v4 a[4], b[4];
    #pragma GCC unroll 4
    for (int i = 0; i < 4; i += 1) a[i] = unetc_load4(from + i * from_stride);
    #pragma GCC unroll 2
    for (int i = 0; i < 2; i += 1) {
        b[2 * i] = __builtin_shufflevector(a[i], a[i + 2], 0, 4, 1, 5);
        b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 2], 2, 6, 3, 7);
    }
    #pragma GCC unroll 2
    for (int i = 0; i < 2; i += 1) {
        a[2 * i] = __builtin_shufflevector(b[i], b[i + 2], 0, 4, 1, 5);
        a[2 * i + 1] = __builtin_shufflevector(b[i], b[i + 2], 2, 6, 3, 7);
    }
    #pragma GCC unroll 4
    for (int i = 0; i < 4; i += 1) unetc_store4(to + i * to_stride, a[i]);
}

/* 8 rows of 8 floats, with rows and columns exchanged. */
UNETC_INLINE void unetc_transpose8(
    const float *from, int64_t from_stride, float *to, int64_t to_stride)
{
    v8 a[8], b[8];
    #pragma GCC unroll 8
    for (int i = 0; i < 8; i += 1) a[i] = unetc_load8(from + i * from_stride);
    #pragma GCC unroll 4
    for (int i = 0; i < 4; i += 1) {
        b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    #pragma GCC unroll 4
    for (int i = 0; i < 4; i += 1) {
        a[2 * i] = __builtin_shufflevector(b[i], b[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        a[2 * i + 1] = __builtin_shufflevector(b[i], b[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    #pragma GCC unroll 4
    for (int i = 0; i < 4; i += 1) {
        b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    #pragma GCC unroll 8
    for (int i = 0; i < 8; i += 1) unetc_store8(to + i * to_stride, b[i]);
}

/* Asks for floats that are read soon, a cache line at a time. */
UNETC_INLINE void unetc_prefetch(const float *from, int64_t floats)
{
    for (int64_t i = 0; i < floats; i += 16) __builtin_prefetch(from + i, 0, 2);
}

/* x * 2^k, in two steps since 2^k alone may be out of range. */
UNETC_INLINE float unetc_scale1(float x, int32_t k)
{
    const int32_t half = k >> 1;
    const uint32_t one = (uint32_t)half + 127u;
    const uint32_t other = (uint32_t)k - (uint32_t)half + 127u;
    return x * unetc_from_bits1(one << 23) * unetc_from_bits1(other << 23);
}
/* exp(n ln 2 + r) = 2^n exp(r). NaN passes the bounds, being the second operand. */
UNETC_INLINE float unetc_exp1(float x)
{
    x = unetc_min1(unetc_splat1(89.0f), unetc_max1(unetc_splat1(-105.0f), x));
    const float rounder = unetc_splat1(12582912.0f);
    const float shifted = unetc_fma1(x, unetc_splat1(1.442695f), rounder);
    const float n = shifted - rounder;
    const float high = unetc_fma1(n, unetc_splat1(-0.6933594f), x);
    const float r = unetc_fma1(n, unetc_splat1(0.00021219444f), high);
    float p = unetc_splat1(0.00019875691f);
    p = unetc_fma1(p, r, unetc_splat1(0.0013981999f));
    p = unetc_fma1(p, r, unetc_splat1(0.008333452f));
    p = unetc_fma1(p, r, unetc_splat1(0.041665796f));
    p = unetc_fma1(p, r, unetc_splat1(0.16666666f));
    p = unetc_fma1(p, r, unetc_splat1(0.5f));
    const float y = unetc_fma1(p, r * r, r) + unetc_splat1(1.0f);
    return unetc_scale1(y, (int32_t)(unetc_bits1(shifted) - unetc_bits1(rounder)));
}
/* 2^n exp(r) - 1 = 2^n (exp(r) - 1) + (2^n - 1). */
UNETC_INLINE float unetc_expm11(float x)
{
    x = unetc_min1(unetc_splat1(89.0f), unetc_max1(unetc_splat1(-105.0f), x));
    const float rounder = unetc_splat1(12582912.0f);
    const float shifted = unetc_fma1(x, unetc_splat1(1.442695f), rounder);
    const float n = shifted - rounder;
    const float high = unetc_fma1(n, unetc_splat1(-0.6933594f), x);
    const float r = unetc_fma1(n, unetc_splat1(0.00021219444f), high);
    float p = unetc_splat1(0.00019875691f);
    p = unetc_fma1(p, r, unetc_splat1(0.0013981999f));
    p = unetc_fma1(p, r, unetc_splat1(0.008333452f));
    p = unetc_fma1(p, r, unetc_splat1(0.041665796f));
    p = unetc_fma1(p, r, unetc_splat1(0.16666666f));
    p = unetc_fma1(p, r, unetc_splat1(0.5f));
    const float y = unetc_fma1(p, r * r, r);
    const int32_t k = (int32_t)(unetc_bits1(shifted) - unetc_bits1(rounder));
    const float one = unetc_splat1(1.0f);
    return unetc_scale1(y, k) + (unetc_scale1(one, k) - one);
}
/* log(x): x = 2^k (1 + f). */
UNETC_INLINE float unetc_log1(float x)
{
    const float zero = unetc_splat1(0.0f);
    const int32_t k = (int32_t)(unetc_bits1(x) - 0x3f3504f3u) >> 23;
    const float f = unetc_scale1(x, -k) - unetc_splat1(1.0f);
    const float exponent = unetc_from_int1(k);
    const float square = f * f;
    float p = unetc_splat1(0.070376836f);
    p = unetc_fma1(p, f, unetc_splat1(-0.1151461f));
    p = unetc_fma1(p, f, unetc_splat1(0.116769984f));
    p = unetc_fma1(p, f, unetc_splat1(-0.12420141f));
    p = unetc_fma1(p, f, unetc_splat1(0.14249323f));
    p = unetc_fma1(p, f, unetc_splat1(-0.16668057f));
    p = unetc_fma1(p, f, unetc_splat1(0.20000714f));
    p = unetc_fma1(p, f, unetc_splat1(-0.24999994f));
    p = unetc_fma1(p, f, unetc_splat1(0.3333333f));
    const float low = unetc_fma1(exponent, unetc_splat1(-0.00021219444f), square * (p * f));
    const float tail = unetc_fma1(square, unetc_splat1(-0.5f), low);
    const float result = unetc_fma1(exponent, unetc_splat1(0.6933594f), f + tail);
    const float above = unetc_select1(unetc_equal1(x, unetc_splat1(INFINITY)), x, result);
    const float others = unetc_select1(unetc_equal1(x, zero), unetc_splat1(-INFINITY), unetc_splat1(NAN));
    return unetc_select1(unetc_less1(zero, x), above, others);
}
/* log(1 + x) for x >= 0: 1 + x = 2^k (1 + f), where f is computed without rounding 1 + x. */
UNETC_INLINE float unetc_log1p1(float x)
{
    const float one = unetc_splat1(1.0f);
    const int32_t k = (int32_t)(unetc_bits1(x + one) - 0x3f3504f3u) >> 23;
    const float f = unetc_scale1(x, -k) + (unetc_scale1(one, -k) - one);
    const float exponent = unetc_from_int1(k);
    const float square = f * f;
    float p = unetc_splat1(0.070376836f);
    p = unetc_fma1(p, f, unetc_splat1(-0.1151461f));
    p = unetc_fma1(p, f, unetc_splat1(0.116769984f));
    p = unetc_fma1(p, f, unetc_splat1(-0.12420141f));
    p = unetc_fma1(p, f, unetc_splat1(0.14249323f));
    p = unetc_fma1(p, f, unetc_splat1(-0.16668057f));
    p = unetc_fma1(p, f, unetc_splat1(0.20000714f));
    p = unetc_fma1(p, f, unetc_splat1(-0.24999994f));
    p = unetc_fma1(p, f, unetc_splat1(0.3333333f));
    const float low = unetc_fma1(exponent, unetc_splat1(-0.00021219444f), square * (p * f));
    const float tail = unetc_fma1(square, unetc_splat1(-0.5f), low);
    const float result = unetc_fma1(exponent, unetc_splat1(0.6933594f), f + tail);
    return unetc_select1(unetc_equal1(x, unetc_splat1(INFINITY)), x, result);
}
/* A polynomial near 0, else 1 - 2 / (exp(2 |x|) + 1) with the sign of x. */
UNETC_INLINE float unetc_tanh1(float x)
{
    const float size = unetc_abs1(x);
    const float square = x * x;
    float p = unetc_splat1(-0.0057049887f);
    p = unetc_fma1(p, square, unetc_splat1(0.020639088f));
    p = unetc_fma1(p, square, unetc_splat1(-0.053739715f));
    p = unetc_fma1(p, square, unetc_splat1(0.13331442f));
    p = unetc_fma1(p, square, unetc_splat1(-0.3333328f));
    const float small = unetc_fma1(p * square, x, x);
    const float one = unetc_splat1(1.0f);
    const float large = one - unetc_splat1(2.0f) / (unetc_exp1(size + size) + one);
    const float with_sign = unetc_from_bits1(unetc_bits1(large) | (unetc_bits1(x) & 0x80000000u));
    return unetc_select1(unetc_less1(size, unetc_splat1(0.625f)), small, with_sign);
}
/* A polynomial near 0, else 1 - exp(a polynomial of |x|) with the sign of x. */
UNETC_INLINE float unetc_erf1(float x)
{
    const float size = unetc_abs1(x);
    const float square = x * x;
    float p = unetc_splat1(-0.0005967617f);
    p = unetc_fma1(p, square, unetc_splat1(0.0049911942f));
    p = unetc_fma1(p, square, unetc_splat1(-0.026768135f));
    p = unetc_fma1(p, square, unetc_splat1(0.112819925f));
    p = unetc_fma1(p, square, unetc_splat1(-0.37612534f));
    p = unetc_fma1(p, square, unetc_splat1(0.12837917f));
    const float small = unetc_fma1(p, x, x);
    float q = unetc_splat1(-1.7285347e-05f);
    q = unetc_fma1(q, size, unetc_splat1(0.00038319713f));
    float u = unetc_splat1(-0.0038839644f);
    u = unetc_fma1(u, size, unetc_splat1(0.024254622f));
    q = unetc_fma1(q, square, u);
    q = unetc_fma1(q, size, unetc_splat1(-0.10677788f));
    q = unetc_fma1(q, size, unetc_splat1(-0.6348467f));
    q = unetc_fma1(q, size, unetc_splat1(-0.12871751f));
    const float large = unetc_splat1(1.0f) - unetc_exp1(unetc_fma1(q, size, -size));
    const float with_sign = unetc_from_bits1(unetc_bits1(large) | (unetc_bits1(x) & 0x80000000u));
    return unetc_select1(unetc_less1(unetc_splat1(0.9277344f), size), with_sign, small);
}

/* x * 2^k, in two steps since 2^k alone may be out of range. */
UNETC_INLINE v4 unetc_scale4(v4 x, v4_int k)
{
    const v4_int half = k >> 1;
    const v4_bits one = (v4_bits)half + 127u;
    const v4_bits other = (v4_bits)k - (v4_bits)half + 127u;
    return x * unetc_from_bits4(one << 23) * unetc_from_bits4(other << 23);
}
/* exp(n ln 2 + r) = 2^n exp(r). NaN passes the bounds, being the second operand. */
UNETC_INLINE v4 unetc_exp4(v4 x)
{
    x = unetc_min4(unetc_splat4(89.0f), unetc_max4(unetc_splat4(-105.0f), x));
    const v4 rounder = unetc_splat4(12582912.0f);
    const v4 shifted = unetc_fma4(x, unetc_splat4(1.442695f), rounder);
    const v4 n = shifted - rounder;
    const v4 high = unetc_fma4(n, unetc_splat4(-0.6933594f), x);
    const v4 r = unetc_fma4(n, unetc_splat4(0.00021219444f), high);
    v4 p = unetc_splat4(0.00019875691f);
    p = unetc_fma4(p, r, unetc_splat4(0.0013981999f));
    p = unetc_fma4(p, r, unetc_splat4(0.008333452f));
    p = unetc_fma4(p, r, unetc_splat4(0.041665796f));
    p = unetc_fma4(p, r, unetc_splat4(0.16666666f));
    p = unetc_fma4(p, r, unetc_splat4(0.5f));
    const v4 y = unetc_fma4(p, r * r, r) + unetc_splat4(1.0f);
    return unetc_scale4(y, (v4_int)(unetc_bits4(shifted) - unetc_bits4(rounder)));
}
/* 2^n exp(r) - 1 = 2^n (exp(r) - 1) + (2^n - 1). */
UNETC_INLINE v4 unetc_expm14(v4 x)
{
    x = unetc_min4(unetc_splat4(89.0f), unetc_max4(unetc_splat4(-105.0f), x));
    const v4 rounder = unetc_splat4(12582912.0f);
    const v4 shifted = unetc_fma4(x, unetc_splat4(1.442695f), rounder);
    const v4 n = shifted - rounder;
    const v4 high = unetc_fma4(n, unetc_splat4(-0.6933594f), x);
    const v4 r = unetc_fma4(n, unetc_splat4(0.00021219444f), high);
    v4 p = unetc_splat4(0.00019875691f);
    p = unetc_fma4(p, r, unetc_splat4(0.0013981999f));
    p = unetc_fma4(p, r, unetc_splat4(0.008333452f));
    p = unetc_fma4(p, r, unetc_splat4(0.041665796f));
    p = unetc_fma4(p, r, unetc_splat4(0.16666666f));
    p = unetc_fma4(p, r, unetc_splat4(0.5f));
    const v4 y = unetc_fma4(p, r * r, r);
    const v4_int k = (v4_int)(unetc_bits4(shifted) - unetc_bits4(rounder));
    const v4 one = unetc_splat4(1.0f);
    return unetc_scale4(y, k) + (unetc_scale4(one, k) - one);
}
/* log(x): x = 2^k (1 + f). */
UNETC_INLINE v4 unetc_log4(v4 x)
{
    const v4 zero = unetc_splat4(0.0f);
    const v4_int k = (v4_int)(unetc_bits4(x) - 0x3f3504f3u) >> 23;
    const v4 f = unetc_scale4(x, -k) - unetc_splat4(1.0f);
    const v4 exponent = unetc_from_int4(k);
    const v4 square = f * f;
    v4 p = unetc_splat4(0.070376836f);
    p = unetc_fma4(p, f, unetc_splat4(-0.1151461f));
    p = unetc_fma4(p, f, unetc_splat4(0.116769984f));
    p = unetc_fma4(p, f, unetc_splat4(-0.12420141f));
    p = unetc_fma4(p, f, unetc_splat4(0.14249323f));
    p = unetc_fma4(p, f, unetc_splat4(-0.16668057f));
    p = unetc_fma4(p, f, unetc_splat4(0.20000714f));
    p = unetc_fma4(p, f, unetc_splat4(-0.24999994f));
    p = unetc_fma4(p, f, unetc_splat4(0.3333333f));
    const v4 low = unetc_fma4(exponent, unetc_splat4(-0.00021219444f), square * (p * f));
    const v4 tail = unetc_fma4(square, unetc_splat4(-0.5f), low);
    const v4 result = unetc_fma4(exponent, unetc_splat4(0.6933594f), f + tail);
    const v4 above = unetc_select4(unetc_equal4(x, unetc_splat4(INFINITY)), x, result);
    const v4 others = unetc_select4(unetc_equal4(x, zero), unetc_splat4(-INFINITY), unetc_splat4(NAN));
    return unetc_select4(unetc_less4(zero, x), above, others);
}
/* log(1 + x) for x >= 0: 1 + x = 2^k (1 + f), where f is computed without rounding 1 + x. */
UNETC_INLINE v4 unetc_log1p4(v4 x)
{
    const v4 one = unetc_splat4(1.0f);
    const v4_int k = (v4_int)(unetc_bits4(x + one) - 0x3f3504f3u) >> 23;
    const v4 f = unetc_scale4(x, -k) + (unetc_scale4(one, -k) - one);
    const v4 exponent = unetc_from_int4(k);
    const v4 square = f * f;
    v4 p = unetc_splat4(0.070376836f);
    p = unetc_fma4(p, f, unetc_splat4(-0.1151461f));
    p = unetc_fma4(p, f, unetc_splat4(0.116769984f));
    p = unetc_fma4(p, f, unetc_splat4(-0.12420141f));
    p = unetc_fma4(p, f, unetc_splat4(0.14249323f));
    p = unetc_fma4(p, f, unetc_splat4(-0.16668057f));
    p = unetc_fma4(p, f, unetc_splat4(0.20000714f));
    p = unetc_fma4(p, f, unetc_splat4(-0.24999994f));
    p = unetc_fma4(p, f, unetc_splat4(0.3333333f));
    const v4 low = unetc_fma4(exponent, unetc_splat4(-0.00021219444f), square * (p * f));
    const v4 tail = unetc_fma4(square, unetc_splat4(-0.5f), low);
    const v4 result = unetc_fma4(exponent, unetc_splat4(0.6933594f), f + tail);
    return unetc_select4(unetc_equal4(x, unetc_splat4(INFINITY)), x, result);
}
/* A polynomial near 0, else 1 - 2 / (exp(2 |x|) + 1) with the sign of x. */
UNETC_INLINE v4 unetc_tanh4(v4 x)
{
    const v4 size = unetc_abs4(x);
    const v4 square = x * x;
    v4 p = unetc_splat4(-0.0057049887f);
    p = unetc_fma4(p, square, unetc_splat4(0.020639088f));
    p = unetc_fma4(p, square, unetc_splat4(-0.053739715f));
    p = unetc_fma4(p, square, unetc_splat4(0.13331442f));
    p = unetc_fma4(p, square, unetc_splat4(-0.3333328f));
    const v4 small = unetc_fma4(p * square, x, x);
    const v4 one = unetc_splat4(1.0f);
    const v4 large = one - unetc_splat4(2.0f) / (unetc_exp4(size + size) + one);
    const v4 with_sign = unetc_from_bits4(unetc_bits4(large) | (unetc_bits4(x) & 0x80000000u));
    return unetc_select4(unetc_less4(size, unetc_splat4(0.625f)), small, with_sign);
}
/* A polynomial near 0, else 1 - exp(a polynomial of |x|) with the sign of x. */
UNETC_INLINE v4 unetc_erf4(v4 x)
{
    const v4 size = unetc_abs4(x);
    const v4 square = x * x;
    v4 p = unetc_splat4(-0.0005967617f);
    p = unetc_fma4(p, square, unetc_splat4(0.0049911942f));
    p = unetc_fma4(p, square, unetc_splat4(-0.026768135f));
    p = unetc_fma4(p, square, unetc_splat4(0.112819925f));
    p = unetc_fma4(p, square, unetc_splat4(-0.37612534f));
    p = unetc_fma4(p, square, unetc_splat4(0.12837917f));
    const v4 small = unetc_fma4(p, x, x);
    v4 q = unetc_splat4(-1.7285347e-05f);
    q = unetc_fma4(q, size, unetc_splat4(0.00038319713f));
    v4 u = unetc_splat4(-0.0038839644f);
    u = unetc_fma4(u, size, unetc_splat4(0.024254622f));
    q = unetc_fma4(q, square, u);
    q = unetc_fma4(q, size, unetc_splat4(-0.10677788f));
    q = unetc_fma4(q, size, unetc_splat4(-0.6348467f));
    q = unetc_fma4(q, size, unetc_splat4(-0.12871751f));
    const v4 large = unetc_splat4(1.0f) - unetc_exp4(unetc_fma4(q, size, -size));
    const v4 with_sign = unetc_from_bits4(unetc_bits4(large) | (unetc_bits4(x) & 0x80000000u));
    return unetc_select4(unetc_less4(unetc_splat4(0.9277344f), size), with_sign, small);
}

/* x * 2^k, in two steps since 2^k alone may be out of range. */
UNETC_INLINE v8 unetc_scale8(v8 x, v8_int k)
{
    const v8_int half = k >> 1;
    const v8_bits one = (v8_bits)half + 127u;
    const v8_bits other = (v8_bits)k - (v8_bits)half + 127u;
    return x * unetc_from_bits8(one << 23) * unetc_from_bits8(other << 23);
}
/* exp(n ln 2 + r) = 2^n exp(r). NaN passes the bounds, being the second operand. */
UNETC_INLINE v8 unetc_exp8(v8 x)
{
    x = unetc_min8(unetc_splat8(89.0f), unetc_max8(unetc_splat8(-105.0f), x));
    const v8 rounder = unetc_splat8(12582912.0f);
    const v8 shifted = unetc_fma8(x, unetc_splat8(1.442695f), rounder);
    const v8 n = shifted - rounder;
    const v8 high = unetc_fma8(n, unetc_splat8(-0.6933594f), x);
    const v8 r = unetc_fma8(n, unetc_splat8(0.00021219444f), high);
    v8 p = unetc_splat8(0.00019875691f);
    p = unetc_fma8(p, r, unetc_splat8(0.0013981999f));
    p = unetc_fma8(p, r, unetc_splat8(0.008333452f));
    p = unetc_fma8(p, r, unetc_splat8(0.041665796f));
    p = unetc_fma8(p, r, unetc_splat8(0.16666666f));
    p = unetc_fma8(p, r, unetc_splat8(0.5f));
    const v8 y = unetc_fma8(p, r * r, r) + unetc_splat8(1.0f);
    return unetc_scale8(y, (v8_int)(unetc_bits8(shifted) - unetc_bits8(rounder)));
}
/* 2^n exp(r) - 1 = 2^n (exp(r) - 1) + (2^n - 1). */
UNETC_INLINE v8 unetc_expm18(v8 x)
{
    x = unetc_min8(unetc_splat8(89.0f), unetc_max8(unetc_splat8(-105.0f), x));
    const v8 rounder = unetc_splat8(12582912.0f);
    const v8 shifted = unetc_fma8(x, unetc_splat8(1.442695f), rounder);
    const v8 n = shifted - rounder;
    const v8 high = unetc_fma8(n, unetc_splat8(-0.6933594f), x);
    const v8 r = unetc_fma8(n, unetc_splat8(0.00021219444f), high);
    v8 p = unetc_splat8(0.00019875691f);
    p = unetc_fma8(p, r, unetc_splat8(0.0013981999f));
    p = unetc_fma8(p, r, unetc_splat8(0.008333452f));
    p = unetc_fma8(p, r, unetc_splat8(0.041665796f));
    p = unetc_fma8(p, r, unetc_splat8(0.16666666f));
    p = unetc_fma8(p, r, unetc_splat8(0.5f));
    const v8 y = unetc_fma8(p, r * r, r);
    const v8_int k = (v8_int)(unetc_bits8(shifted) - unetc_bits8(rounder));
    const v8 one = unetc_splat8(1.0f);
    return unetc_scale8(y, k) + (unetc_scale8(one, k) - one);
}
/* log(x): x = 2^k (1 + f). */
UNETC_INLINE v8 unetc_log8(v8 x)
{
    const v8 zero = unetc_splat8(0.0f);
    const v8_int k = (v8_int)(unetc_bits8(x) - 0x3f3504f3u) >> 23;
    const v8 f = unetc_scale8(x, -k) - unetc_splat8(1.0f);
    const v8 exponent = unetc_from_int8(k);
    const v8 square = f * f;
    v8 p = unetc_splat8(0.070376836f);
    p = unetc_fma8(p, f, unetc_splat8(-0.1151461f));
    p = unetc_fma8(p, f, unetc_splat8(0.116769984f));
    p = unetc_fma8(p, f, unetc_splat8(-0.12420141f));
    p = unetc_fma8(p, f, unetc_splat8(0.14249323f));
    p = unetc_fma8(p, f, unetc_splat8(-0.16668057f));
    p = unetc_fma8(p, f, unetc_splat8(0.20000714f));
    p = unetc_fma8(p, f, unetc_splat8(-0.24999994f));
    p = unetc_fma8(p, f, unetc_splat8(0.3333333f));
    const v8 low = unetc_fma8(exponent, unetc_splat8(-0.00021219444f), square * (p * f));
    const v8 tail = unetc_fma8(square, unetc_splat8(-0.5f), low);
    const v8 result = unetc_fma8(exponent, unetc_splat8(0.6933594f), f + tail);
    const v8 above = unetc_select8(unetc_equal8(x, unetc_splat8(INFINITY)), x, result);
    const v8 others = unetc_select8(unetc_equal8(x, zero), unetc_splat8(-INFINITY), unetc_splat8(NAN));
    return unetc_select8(unetc_less8(zero, x), above, others);
}
/* log(1 + x) for x >= 0: 1 + x = 2^k (1 + f), where f is computed without rounding 1 + x. */
UNETC_INLINE v8 unetc_log1p8(v8 x)
{
    const v8 one = unetc_splat8(1.0f);
    const v8_int k = (v8_int)(unetc_bits8(x + one) - 0x3f3504f3u) >> 23;
    const v8 f = unetc_scale8(x, -k) + (unetc_scale8(one, -k) - one);
    const v8 exponent = unetc_from_int8(k);
    const v8 square = f * f;
    v8 p = unetc_splat8(0.070376836f);
    p = unetc_fma8(p, f, unetc_splat8(-0.1151461f));
    p = unetc_fma8(p, f, unetc_splat8(0.116769984f));
    p = unetc_fma8(p, f, unetc_splat8(-0.12420141f));
    p = unetc_fma8(p, f, unetc_splat8(0.14249323f));
    p = unetc_fma8(p, f, unetc_splat8(-0.16668057f));
    p = unetc_fma8(p, f, unetc_splat8(0.20000714f));
    p = unetc_fma8(p, f, unetc_splat8(-0.24999994f));
    p = unetc_fma8(p, f, unetc_splat8(0.3333333f));
    const v8 low = unetc_fma8(exponent, unetc_splat8(-0.00021219444f), square * (p * f));
    const v8 tail = unetc_fma8(square, unetc_splat8(-0.5f), low);
    const v8 result = unetc_fma8(exponent, unetc_splat8(0.6933594f), f + tail);
    return unetc_select8(unetc_equal8(x, unetc_splat8(INFINITY)), x, result);
}
/* A polynomial near 0, else 1 - 2 / (exp(2 |x|) + 1) with the sign of x. */
UNETC_INLINE v8 unetc_tanh8(v8 x)
{
    const v8 size = unetc_abs8(x);
    const v8 square = x * x;
    v8 p = unetc_splat8(-0.0057049887f);
    p = unetc_fma8(p, square, unetc_splat8(0.020639088f));
    p = unetc_fma8(p, square, unetc_splat8(-0.053739715f));
    p = unetc_fma8(p, square, unetc_splat8(0.13331442f));
    p = unetc_fma8(p, square, unetc_splat8(-0.3333328f));
    const v8 small = unetc_fma8(p * square, x, x);
    const v8 one = unetc_splat8(1.0f);
    const v8 large = one - unetc_splat8(2.0f) / (unetc_exp8(size + size) + one);
    const v8 with_sign = unetc_from_bits8(unetc_bits8(large) | (unetc_bits8(x) & 0x80000000u));
    return unetc_select8(unetc_less8(size, unetc_splat8(0.625f)), small, with_sign);
}
/* A polynomial near 0, else 1 - exp(a polynomial of |x|) with the sign of x. */
UNETC_INLINE v8 unetc_erf8(v8 x)
{
    const v8 size = unetc_abs8(x);
    const v8 square = x * x;
    v8 p = unetc_splat8(-0.0005967617f);
    p = unetc_fma8(p, square, unetc_splat8(0.0049911942f));
    p = unetc_fma8(p, square, unetc_splat8(-0.026768135f));
    p = unetc_fma8(p, square, unetc_splat8(0.112819925f));
    p = unetc_fma8(p, square, unetc_splat8(-0.37612534f));
    p = unetc_fma8(p, square, unetc_splat8(0.12837917f));
    const v8 small = unetc_fma8(p, x, x);
    v8 q = unetc_splat8(-1.7285347e-05f);
    q = unetc_fma8(q, size, unetc_splat8(0.00038319713f));
    v8 u = unetc_splat8(-0.0038839644f);
    u = unetc_fma8(u, size, unetc_splat8(0.024254622f));
    q = unetc_fma8(q, square, u);
    q = unetc_fma8(q, size, unetc_splat8(-0.10677788f));
    q = unetc_fma8(q, size, unetc_splat8(-0.6348467f));
    q = unetc_fma8(q, size, unetc_splat8(-0.12871751f));
    const v8 large = unetc_splat8(1.0f) - unetc_exp8(unetc_fma8(q, size, -size));
    const v8 with_sign = unetc_from_bits8(unetc_bits8(large) | (unetc_bits8(x) & 0x80000000u));
    return unetc_select8(unetc_less8(unetc_splat8(0.9277344f), size), with_sign, small);
}

UNETC_INLINE uint64_t unetc_random(uint64_t seed, int64_t step, uint64_t key)
{
    uint64_t z = (seed ^ key) + (uint64_t)step * 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

UNETC_INLINE uint32_t unetc_hash1(uint32_t x)
{
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}
/* Numbers in 0 ..< 1 for the elements first, first + stride, first + 2 stride ... */
UNETC_INLINE float unetc_uniform1(uint64_t random, int64_t first, int64_t stride)
{
    const uint32_t lanes = 0u;
    const uint32_t element = lanes * (uint32_t)stride + (uint32_t)first;
    const uint32_t once = unetc_hash1(element ^ (uint32_t)random) + (uint32_t)(random >> 32);
    return unetc_from_int1((int32_t)(unetc_hash1(once) >> 8)) * unetc_splat1(0x1p-24f);
}

UNETC_INLINE v4_bits unetc_hash4(v4_bits x)
{
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}
/* Numbers in 0 ..< 1 for the elements first, first + stride, first + 2 stride ... */
UNETC_INLINE v4 unetc_uniform4(uint64_t random, int64_t first, int64_t stride)
{
    const v4_bits lanes = {0u, 1u, 2u, 3u};
    const v4_bits element = lanes * (uint32_t)stride + (uint32_t)first;
    const v4_bits once = unetc_hash4(element ^ (uint32_t)random) + (uint32_t)(random >> 32);
    return unetc_from_int4((v4_int)(unetc_hash4(once) >> 8)) * unetc_splat4(0x1p-24f);
}

UNETC_INLINE v8_bits unetc_hash8(v8_bits x)
{
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}
/* Numbers in 0 ..< 1 for the elements first, first + stride, first + 2 stride ... */
UNETC_INLINE v8 unetc_uniform8(uint64_t random, int64_t first, int64_t stride)
{
    const v8_bits lanes = {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u};
    const v8_bits element = lanes * (uint32_t)stride + (uint32_t)first;
    const v8_bits once = unetc_hash8(element ^ (uint32_t)random) + (uint32_t)(random >> 32);
    return unetc_from_int8((v8_int)(unetc_hash8(once) >> 8)) * unetc_splat8(0x1p-24f);
}

#endif
