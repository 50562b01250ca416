/* Stands in for OpenBLAS under the sanitizers, which see into this product and not into a library's. */
#ifndef UNETC_PLAIN_CBLAS_H
#define UNETC_PLAIN_CBLAS_H

typedef int blasint;
enum { CblasRowMajor = 101, CblasNoTrans = 111, CblasTrans = 112 };

static inline void openblas_set_num_threads(int threads) { (void)threads; }

/* c = alpha a b + beta c, row-major; does not look at c where beta is zero. */
static inline void cblas_sgemm(
    int order, int transpose_a, int transpose_b, blasint m, blasint n, blasint k, float alpha, const float *a,
    blasint lda, const float *b, blasint ldb, float beta, float *c, blasint ldc) {
    (void)order;
    for (blasint i = 0; i < m; i++)
        for (blasint j = 0; j < n; j++) {
            float sum = 0;
            for (blasint p = 0; p < k; p++)
                sum += (transpose_a == CblasTrans ? a[p * lda + i] : a[i * lda + p]) *
                       (transpose_b == CblasTrans ? b[j * ldb + p] : b[p * ldb + j]);
            c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);
        }
}

#endif
