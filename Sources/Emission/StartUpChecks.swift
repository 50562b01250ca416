/// The C function that a model's executor calls before the first step: it refuses to run where results would be wrong.
func startUpChecks(usesGemm: Bool) -> String {
    """
    \(processorCheck)\(usesGemm ? "\n" + gemmCheck : "")
    static const char *prepare(void) {
        const char *fault = processor_fault();
    \(usesGemm ? "    if (fault == NULL) fault = gemm_fault();\n" : "")    return fault;
    }

    """
}

/// Code for a wider processor would end in an illegal instruction, with nothing said.
private let processorCheck = """
    static const char *processor_fault(void) {
    #if defined(__x86_64__) && defined(__AVX512F__)
        if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
            !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
            return "this model was compiled for a processor with AVX-512, which this one is not; compile it on this "
                   "machine, or with --target x86-64-v3";
    #endif
    #if defined(__x86_64__) && defined(__AVX2__)
        if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
            !__builtin_cpu_supports("bmi2"))
            return "this model was compiled for a processor with AVX2 and FMA, which this one is not; compile it on "
                   "this machine, or with --target x86-64";
    #endif
        return NULL;
    }

    """

/// Sets the BLAS to one thread, since the pool has its own, and multiplies two small matrices: some builds of OpenBLAS
/// compute nonsense on processors newer than they are.
private let gemmCheck = """
    static const char *gemm_fault(void) {
        enum { SIZE = 37 };
        static float a[SIZE * SIZE], b[SIZE * SIZE], c[SIZE * SIZE];
        openblas_set_num_threads(1);
        for (int i = 0; i < SIZE * SIZE; i++) {
            a[i] = (float)(i * 7 % 23) - 11.0f;
            b[i] = (float)(i * 5 % 19) - 9.0f;
        }
        unetc_gemm(0, 1, SIZE, SIZE, SIZE, a, SIZE, b, SIZE, 0.0f, c, SIZE);
        for (int i = 0; i < SIZE; i++)
            for (int j = 0; j < SIZE; j++) {
                float expected = 0.0f;
                for (int k = 0; k < SIZE; k++) expected += a[i * SIZE + k] * b[j * SIZE + k];
                if (!(fabsf(expected - c[i * SIZE + j]) <= 0.5f))
                    return "OpenBLAS multiplies two small matrices wrongly on this processor; set "
                           "OPENBLAS_CORETYPE=Haswell or install a newer libopenblas";
            }
        return NULL;
    }

    """
