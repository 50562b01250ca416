/* The product of matrices, for layers whose channels fit no vectors. Included behind vectors.h. */
#ifndef UNETC_PRODUCT_H
#define UNETC_PRODUCT_H

#include <stdint.h>

/* A number of a product, or what was there times `beta` added to it. */
UNETC_INLINE float unetc_gemm_sum(float sum, float beta, const float *c) { return beta == 0 ? sum : sum + beta * *c; }

/* An element of c, whose row of a and column of b begin there. */
UNETC_INLINE float unetc_gemm_one(int64_t k, const float *a, int64_t a_step, const float *b, int64_t b_step)
{
    float sum = 0;
    for (int64_t p = 0; p < k; p += 1) sum = unetc_fma1(a[p * a_step], b[p * b_step], sum);
    return sum;
}

/* 32 elements side by side. */
UNETC_INLINE void unetc_gemm_many(
    int64_t k, const float *a, int64_t a_step, const float *b, int64_t ldb, float beta, float *c)
{
    v4 sums[8];
    for (int i = 0; i < 8; i += 1) sums[i] = unetc_splat4(0);
    for (int64_t p = 0; p < k; p += 1) {
        v4 factor = unetc_splat4(a[p * a_step]);
        for (int i = 0; i < 8; i += 1) sums[i] = unetc_fma4(factor, unetc_load4(b + p * ldb + 4 * i), sums[i]);
    }
    for (int i = 0; i < 8; i += 1) {
        if (beta != 0) sums[i] = sums[i] + unetc_splat4(beta) * unetc_load4(c + 4 * i);
        unetc_store4(c + 4 * i, sums[i]);
    }
}

/* c = a * b + beta * c, row-major, m x k times k x n. */
static inline __attribute__((unused)) void unetc_gemm(
    int64_t transpose_a, int64_t transpose_b, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
    const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    int64_t a_row = transpose_a ? 1 : lda, a_step = transpose_a ? lda : 1;
    for (int64_t j = 0; j < n;) {
        int64_t columns = !transpose_b && n - j >= 32 ? 32 : 1;
        /* All rows use the columns while they are near. */
        for (int64_t i = 0; i < m; i += 1) {
            float *to = c + i * ldc + j;
            if (columns == 32) {
                unetc_gemm_many(k, a + i * a_row, a_step, b + j, ldb, beta, to);
            } else {
                const float *from = transpose_b ? b + j * ldb : b + j;
                *to = unetc_gemm_sum(unetc_gemm_one(k, a + i * a_row, a_step, from, transpose_b ? 1 : ldb), beta, to);
            }
        }
        j += columns;
    }
}

#endif
